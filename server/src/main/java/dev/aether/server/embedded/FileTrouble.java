package dev.aether.server.embedded;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Readable reasons for file failures: the JDK's message is often just the path. */
final class FileTrouble {
  private FileTrouble() {}

  /** The path, if it is known, and the reason. */
  static String of(IOException e) {
    @Nullable String file = e instanceof FileSystemException f ? f.getFile() : null;
    return file == null ? reason(e) : file + ": " + reason(e);
  }

  /** The reason without the path. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "a file with this name exists";
    }
    @Nullable String said = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return said == null ? e.getClass().getSimpleName() : said;
  }
}
