package dev.aether.server.cli.load;

import dev.aether.server.event.Exceptions;

/** An import cannot continue. The message contains the line and the reason, for people. */
public final class ImportStopped extends Exception {
  ImportStopped(long line, String reason) {
    super("line " + line + ": " + reason);
  }

  ImportStopped(long line, String reason, Throwable cause) {
    super("line " + line + ": " + reason, cause);
  }

  /** The failure of an import that cannot store an item. */
  static ImportStopped by(ImportItem item, Throwable error) {
    Throwable cause = Exceptions.unwrap(error);
    return cause instanceof ImportStopped stopped
        ? stopped
        : new ImportStopped(item.firstLine(), String.valueOf(cause.getMessage()), cause);
  }
}
