package dev.aether.server.cli;

import dev.aether.server.embedded.FolderTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
    FolderTree.delete(path);
  }
}
