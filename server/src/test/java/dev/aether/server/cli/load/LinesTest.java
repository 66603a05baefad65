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
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    assertEquals(List.of("a", "b"), all(gzip("a\nb\n".getBytes(StandardCharsets.UTF_8))));
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
        "line 1: longer than 8388608 bytes",
        assertThrows(ImportStopped.class, () -> Lines.of(endless).next()).getMessage());
  }

  @Test
  void aFaultIsToldWithItsOwnLineAfterAllLinesBefore() throws Exception {
    for (String fault : List.of("\u00ff", "\u00c3", "\u00ed\u00a0\u0080", "\u00c0\u0080")) {
      String bad = "good\n".repeat(999) + "bad" + fault + "\n" + "good\n".repeat(999);
      Lines lines = Lines.of(stream(bad.getBytes(StandardCharsets.ISO_8859_1)));
      for (int i = 1; i < 1_000; i++) {
        assertEquals(Optional.of("good"), lines.next());
      }

      assertEquals(
          "line 1000: not UTF-8", assertThrows(ImportStopped.class, lines::next).getMessage());
    }
  }

  @Test
  void aReplacementCharacterOfTheTextItselfIsAnyOther() throws Exception {
    assertEquals(List.of("\ufffd"), all("\ufffd".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aByteOrderMarkIsPassedOverAlsoWhereFilesWereJoined() throws Exception {
    assertEquals(
        List.of("a", "b\ufeff", ""),
        all("\ufeffa\n\ufeffb\ufeff\n\ufeff".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aNulByteIsToldWithItsLine() throws Exception {
    Lines lines = Lines.of(stream("a\n\0\0".getBytes(StandardCharsets.UTF_8)));

    assertEquals(Optional.of("a"), lines.next());
    assertEquals(
        "line 2: contains a NUL byte: the file is damaged or not UTF-8 (perhaps UTF-16)",
        assertThrows(ImportStopped.class, lines::next).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "28b52ffd00000000, it is Zstandard data: decompress it first",
    "425a683931415926, it is bzip2 data: decompress it first",
    "fd377a585a000004, it is xz data: decompress it first",
    "04224d1864, it is LZ4 data: decompress it first",
    "1f9d90, it is compress (.Z) data: decompress it first",
    "504b030414, it is a zip archive: extract it first",
    "377abcaf271c, it is a 7z archive: extract it first",
    "50415231, it is a Parquet file: convert its rows to JSON lines first",
    "fffe7b002200, it is UTF-16 text: convert it to UTF-8 first",
    "feff007b0022, it is UTF-16 text: convert it to UTF-8 first",
    "fffe00007b000000, it is UTF-32 text: convert it to UTF-8 first",
    "1f8b08, the gzip data is truncated",
  })
  void whatIsNoTextInUtf8IsNamed(String start, String reason) throws Exception {
    byte[] bytes = HexFormat.of().parseHex(start);

    assertEquals(
        "line 1: cannot be read: " + reason,
        assertThrows(ImportStopped.class, () -> all(bytes)).getMessage());
    if (!start.startsWith("1f8b")) {
      ImportStopped packed = assertThrows(ImportStopped.class, () -> all(gzip(bytes)));
      assertEquals("line 1: cannot be read: " + reason, packed.getMessage());
    }
  }

  @Test
  void gzipWithinGzipIsNamed() throws Exception {
    byte[] twice = gzip(gzip("a\n".getBytes(StandardCharsets.UTF_8)));

    assertEquals(
        "line 1: cannot be read: gzip within gzip: decompress it first",
        assertThrows(ImportStopped.class, () -> all(twice)).getMessage());
  }

  @Test
  void gzipThatIsCutStopsItAfterTheLinesBefore() throws Exception {
    byte[] first = gzip("line 1\nline 2\n".getBytes(StandardCharsets.UTF_8));
    byte[] both = Arrays.copyOf(first, first.length + 5);
    System.arraycopy(first, 0, both, first.length, 5);
    Lines lines = Lines.of(stream(both));

    assertEquals(Optional.of("line 1"), lines.next());
    assertEquals(Optional.of("line 2"), lines.next());
    assertEquals(
        "line 3: cannot be read: the gzip data is truncated",
        assertThrows(ImportStopped.class, lines::next).getMessage());
  }

  private static InputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
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

  private static byte[] gzip(byte[] data) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(data);
    }
    return packed.toByteArray();
  }
}
