package dev.aether.server.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadersFileTest {
  private final Path file;

  HeadersFileTest(@TempDir Path folder) {
    file = folder.resolve("headers");
  }

  @Test
  void aLineIsANameAndAValue() throws IOException {
    Files.writeString(file, "# of the collector\n\nAuthorization: Bearer a:b=\r\nx-team:  7 \n");
    assertEquals(
        Map.of("authorization", "Bearer a:b=", "x-team", "7"),
        new HeadersFile("headers", file).headers());
  }

  @ParameterizedTest
  @CsvSource({
    "s3cret, 'a line must be NAME: VALUE, in ASCII'",
    "authorization s3cret: x, 'a line must be NAME: VALUE, in ASCII'",
    "authorization: s3crét, 'a line must be NAME: VALUE, in ASCII'",
    "Host: s3cret, the header host cannot be set",
    "A: s3cret, there is another a",
  })
  void aLineThatCannotBeAHeaderIsNamedButNotQuoted(String line, String why) throws IOException {
    Files.writeString(file, "a: b\n" + line + "\n");
    SecurityFileException thrown =
        assertThrows(SecurityFileException.class, () -> new HeadersFile("headers", file));
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.endsWith("headers, line 2: " + why), message);
    assertFalse(message.contains("s3cr"), message);
  }

  @Test
  void aFileWithoutAHeaderIsNoFileOfHeadersSoTheOldOnesStay() throws IOException {
    Files.writeString(file, "# authorization: Bearer x\n");
    SecurityFileException thrown =
        assertThrows(SecurityFileException.class, () -> new HeadersFile("headers", file));
    assertTrue(String.valueOf(thrown.getMessage()).endsWith("headers has no header"));
  }
}
