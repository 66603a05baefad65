package dev.aether.server.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A folder that is deleted with all its content when it is closed.
 *
 * @param path of the folder
 */
record TemporaryFolder(Path path) implements AutoCloseable {

  static TemporaryFolder make(String name) throws IOException {
    return new TemporaryFolder(Files.createTempDirectory(name + "-"));
  }

  /** Deletes the folder. May be called again. */
  @Override
  public void close() throws IOException {
    try {
      Files.walkFileTree(path, new Remover());
    } catch (NoSuchFileException e) {
      // It is already deleted.
    }
  }

  private static final class Remover extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException error)
        throws IOException {
      if (error != null) {
        throw error;
      }
      Files.deleteIfExists(folder);
      return FileVisitResult.CONTINUE;
    }
  }
}
