package dev.aether.bench.scenario;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A log from practice, for {@code aether import}.
 *
 * @param file JSON lines, compressed with gzip. If it is missing, a log of the same size is
 *     generated.
 */
public record RealLog(Path file) {
  private static final int LINES = 262_200;

  /** The number of lines at a scale. */
  int lines(Scale scale) {
    return scale.of(LINES);
  }

  /** How the events are called in titles. */
  String title(Scale scale) {
    return String.format(
        Locale.ROOT,
        "%,d events, one per commit%s",
        lines(scale),
        Files.exists(file) ? " (bpic2012)" : ", made up");
  }

  /** Writes the first lines to another file, compressed with gzip. */
  void copy(Scale scale, Path to) throws IOException {
    int lines = lines(scale);
    try (BufferedWriter out =
        new BufferedWriter(
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(to)), StandardCharsets.UTF_8))) {
      if (!Files.exists(file)) {
        for (int i = 0; i < lines; i++) {
          out.write(
              String.format(
                  Locale.ROOT,
                  "{\"actorId\":\"actor-%d\",\"eventType\":\"MADE_UP\",\"data\":{\"line\":%d}}\n",
                  i % 10_007,
                  i));
        }
        return;
      }
      try (BufferedReader in =
          new BufferedReader(
              new InputStreamReader(
                  new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
        String line = in.readLine();
        for (int i = 0; i < lines && line != null; i++, line = in.readLine()) {
          out.write(line + "\n");
        }
      }
    }
  }
}
