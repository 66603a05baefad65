package dev.aether.server.cli.load;

/** An import can't go on. The message names the place and the reason, for people. */
public final class ImportStopped extends Exception {
  ImportStopped(long line, String reason) {
    super("line " + line + ": " + reason);
  }

  ImportStopped(long line, String reason, Throwable cause) {
    super("line " + line + ": " + reason, cause);
  }
}
