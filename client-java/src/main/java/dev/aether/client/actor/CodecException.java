package dev.aether.client.actor;

import org.jspecify.annotations.Nullable;

/** An event or a state could not be encoded or decoded. */
public class CodecException extends RuntimeException {
  /** Creates the exception; the cause may be null. */
  public CodecException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
