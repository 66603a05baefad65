package dev.aether.client.actor;

import org.jspecify.annotations.Nullable;

/** An event or a state could not be made into bytes, or bytes into one. */
public class CodecException extends RuntimeException {
  /** With what lies behind it; null: nothing more. */
  public CodecException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
