package dev.aether.client;

/**
 * A name, a size or another value breaks a rule of the protocol; nothing was sent. If only the
 * server can find the fault, the call throws {@link InvalidRequestException}.
 */
public final class InvalidArgumentException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** Creates the exception; public only for tests of code that handles it. */
  public InvalidArgumentException(String field, String fault) {
    super(field + " " + fault);
  }
}
