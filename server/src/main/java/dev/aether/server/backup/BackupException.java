package dev.aether.server.backup;

/** A backup cannot be made, used or restored, for a reason that its message, one line, explains. */
public final class BackupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BackupException(String message) {
    super(message);
  }

  public BackupException(String message, Throwable cause) {
    super(message, cause);
  }
}
