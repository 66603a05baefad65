package dev.aether.server.codec;

/**
 * A stored commit or snapshot cannot be decoded. The message continues a sentence whose subject is
 * the record.
 */
public final class CorruptRecordException extends Exception {
  private static final long serialVersionUID = 1;

  public CorruptRecordException(String why) {
    super(why);
  }
}
