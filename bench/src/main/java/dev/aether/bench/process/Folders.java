package dev.aether.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary folder that is deleted with all its content. */
public record Folders(Path root) implements AutoCloseable {

  /** Creates a folder. */
  public static Folders temporary() throws IOException {
    return new Folders(Files.createTempDirectory("aether-bench-"));
  }

  @Override
  public void close() {
    delete(root);
  }

  /** Deletes a folder with all its content. */
  public static void delete(Path folder) {
    try {
      List<Path> deepestFirst;
      try (Stream<Path> files = Files.walk(folder)) {
        deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
