package dev.aether.server.cli;

import dev.aether.client.Cursor;
import dev.aether.server.cli.files.DurableText;
import dev.aether.server.cli.files.InputFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A file that keeps a cursor from one run to the next. */
final class CursorFile {
  private final DurableText text;

  CursorFile(Path file) {
    this.text = new DurableText(file);
  }

  /**
   * The cursor; empty if the file does not exist.
   *
   * @throws CommandFailedException if it cannot be read or contains no cursor, since starting
   *     anywhere else might skip events
   */
  Optional<Cursor> read() {
    try {
      Optional<String> found = text.read().map(String::strip);
      if (found.isPresent() && found.get().isEmpty()) {
        throw new CommandFailedException(text + " is empty: remove it to start at --start");
      }
      return found.map(Cursor::of);
    } catch (IOException e) {
      throw new CommandFailedException(text + " cannot be read: " + InputFile.reason(e), e);
    }
  }

  /**
   * Checks that the file can be created or replaced, before anything is printed.
   *
   * @throws CommandFailedException if its folder does not exist or cannot be written to
   */
  void checkWritable() {
    try {
      text.checkWritable();
    } catch (IOException e) {
      throw new CommandFailedException(text + " cannot be written: " + InputFile.reason(e), e);
    }
  }

  /**
   * Replaces the cursor, and waits until it is on disk.
   *
   * @throws CommandFailedException if the file cannot be written
   */
  void write(Cursor cursor) {
    try {
      text.write(cursor + "\n");
    } catch (IOException e) {
      throw new CommandFailedException(text + " cannot be written: " + InputFile.reason(e), e);
    }
  }
}
