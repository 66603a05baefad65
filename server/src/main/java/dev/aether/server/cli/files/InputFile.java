package dev.aether.server.cli.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Opens a file, pipe or device that the user named, with readable reasons for failures. */
public final class InputFile {
  private InputFile() {}

  /**
   * Opens a file.
   *
   * @throws IOException with a message that contains the file's name
   */
  public static InputStream open(String name) throws IOException {
    try {
      Path file = Path.of(name);
      if (Files.isDirectory(file)) {
        throw new IOException(name + " is a folder");
      }
      return Files.newInputStream(file);
    } catch (InvalidPathException e) {
      throw new IOException("'" + name + "' is not a file name: " + e.getReason(), e);
    } catch (NoSuchFileException e) {
      throw new IOException(name + " does not exist", e);
    } catch (FileSystemException e) {
      throw new IOException(name + " cannot be read: " + reason(e), e);
    }
  }

  /** The size in bytes; empty for a pipe or a device. */
  public static OptionalLong size(String name) {
    try {
      Path file = Path.of(name);
      return Files.isRegularFile(file) ? OptionalLong.of(Files.size(file)) : OptionalLong.empty();
    } catch (IOException | InvalidPathException e) {
      return OptionalLong.empty(); // The size is used only to show progress.
    }
  }

  /** A readable reason for a failure: the JDK's message is often just the file's name. */
  public static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof CharacterCodingException) {
      return "not UTF-8";
    }
    if (e instanceof FileSystemException fault && fault.getReason() != null) {
      return fault.getReason();
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
