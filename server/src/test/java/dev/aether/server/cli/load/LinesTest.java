package dev.aether.server.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinesTest {

  @Test
  void givesLinesWithoutTheirEndsAlsoTheLastWithoutOne() throws Exception {
    assertEquals(List.of("a", "", "é", "z"), all("a\n\né\nz".getBytes(StandardCharsets.UTF_8)));
    assertEquals(List.of("a"), all("a\n".getBytes(StandardCharsets.UTF_8)));
    assertEquals(List.of(), all(new byte[0]));
  }

  @Test
  void unpacksGzip() throws Exception {
    assertEquals(List.of("a", "b"), all(gzip("a\nb\n")));
  }

  @ParameterizedTest
  @ValueSource(ints = {65_535, 65_536, 65_537, 200_000})
  void joinsLinesLongerThanItsBuffer(int length) throws Exception {
    String line = "é".repeat(length);

    assertEquals(
        List.of(line, line), all((line + "\n" + line + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void refusesALineWithoutEnd() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            Arrays.fill(bytes, offset, offset + length, (byte) 'x');
            return length;
          }
        };

    assertEquals(
        "line 1: longer than 8388608 characters",
        assertThrows(ImportStopped.class, () -> Lines.of(endless).next()).getMessage());
  }

  @Test
  void refusesWhatIsNotUtf8() throws Exception {
    Lines lines = Lines.of(new ByteArrayInputStream(new byte[] {'a', (byte) 0xff, '\n'}));

    assertEquals("line 1: not UTF-8", assertThrows(ImportStopped.class, lines::next).getMessage());
  }

  @Test
  void saysThatAGzipFileWasCut() throws Exception {
    byte[] whole = gzip("a\n");
    Lines lines = Lines.of(new ByteArrayInputStream(Arrays.copyOf(whole, whole.length - 9)));

    assertThrows(ImportStopped.class, () -> drain(lines));
  }

  private static List<String> all(byte[] bytes) throws Exception {
    try (Lines lines = Lines.of(new ByteArrayInputStream(bytes))) {
      return drain(lines);
    }
  }

  private static List<String> drain(Lines lines) throws ImportStopped {
    List<String> all = new ArrayList<>();
    for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
      all.add(line.get());
      assertEquals(all.size(), lines.number());
    }
    return all;
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  @Test
  void gzipThatIsCutInItsHeaderStopsIt() {
    byte[] cut = {0x1f, (byte) 0x8b, 8};
    ImportStopped end =
        assertThrows(ImportStopped.class, () -> Lines.of(new ByteArrayInputStream(cut)));
    assertEquals("line 1: can't be read: gzip that was cut", end.getMessage());
  }
}
