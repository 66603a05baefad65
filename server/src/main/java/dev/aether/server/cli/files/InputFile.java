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

/** A file, pipe or device that a person named, opened for reading or refused in words. */
public final class InputFile {
  private InputFile() {}

  /**
   * Opens it.
   *
   * @throws IOException whose message is a sentence with the file's name
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
      throw new IOException(name + " doesn't exist", e);
    } catch (FileSystemException e) {
      throw new IOException(name + " can't be read: " + reason(e), e);
    }
  }

  /** How many bytes it has; empty for a pipe or a device, of which nobody knows. */
  public static OptionalLong size(String name) {
    try {
      Path file = Path.of(name);
      return Files.isRegularFile(file) ? OptionalLong.of(Files.size(file)) : OptionalLong.empty();
    } catch (IOException | InvalidPathException e) {
      return OptionalLong.empty(); // Only progress is shown by it.
    }
  }

  /** Why a file can't be used, in words: the JDK's own are often only the file's name. */
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
