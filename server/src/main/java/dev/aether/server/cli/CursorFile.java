package dev.aether.server.cli;

import dev.aether.client.Cursor;
import dev.aether.server.cli.files.DurableText;
import dev.aether.server.cli.files.InputFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A cursor in a file, from one run to the next. */
final class CursorFile {
  private final DurableText text;

  CursorFile(Path file) {
    this.text = new DurableText(file);
  }

  /**
   * The cursor; empty where there is no such file.
   *
   * @throws CommandFailedException when it can't be read or has no cursor: to begin anywhere else
   *     could leave events out
   */
  Optional<Cursor> read() {
    try {
      Optional<String> found = text.read().map(String::strip);
      if (found.isPresent() && found.get().isEmpty()) {
        throw new CommandFailedException(text + " is empty: remove it to begin at --start");
      }
      return found.map(Cursor::of);
    } catch (IOException e) {
      throw new CommandFailedException(text + " can't be read: " + InputFile.reason(e), e);
    }
  }

  /**
   * Waits for the disk.
   *
   * @throws CommandFailedException when it can't be written
   */
  void write(Cursor cursor) {
    try {
      text.write(cursor + "\n");
    } catch (IOException e) {
      throw new CommandFailedException(text + " can't be written: " + InputFile.reason(e), e);
    }
  }
}
