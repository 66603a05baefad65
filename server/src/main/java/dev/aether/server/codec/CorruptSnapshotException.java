package dev.aether.server.codec;

/**
 * Stored bytes are not a valid record of a snapshot. The message is the reason, as the end of a
 * sentence.
 */
public final class CorruptSnapshotException extends Exception {
  private static final long serialVersionUID = 1;

  public CorruptSnapshotException(String why) {
    super(why);
  }
}
