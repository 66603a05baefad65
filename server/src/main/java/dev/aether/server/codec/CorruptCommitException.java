package dev.aether.server.codec;

/** Stored bytes are not a valid commit. The message is the reason, as the end of a sentence. */
public final class CorruptCommitException extends Exception {
  private static final long serialVersionUID = 1;

  public CorruptCommitException(String why) {
    super(why);
  }
}
