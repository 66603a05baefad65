package dev.aether.server.cli.load;

import dev.aether.server.event.Exceptions;

/** An import can't go on. The message names the place and the reason, for people. */
public final class ImportStopped extends Exception {
  ImportStopped(long line, String reason) {
    super("line " + line + ": " + reason);
  }

  ImportStopped(long line, String reason, Throwable cause) {
    super("line " + line + ": " + reason, cause);
  }

  /** The end of an import that can't store an item. */
  static ImportStopped by(ImportItem item, Throwable error) {
    Throwable cause = Exceptions.unwrap(error);
    return cause instanceof ImportStopped stopped
        ? stopped
        : new ImportStopped(item.firstLine(), String.valueOf(cause.getMessage()), cause);
  }
}
