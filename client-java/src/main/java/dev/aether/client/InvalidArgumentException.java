package dev.aether.client;

/**
 * A name, a size or another value that no server takes: it breaks a rule of the contract, and
 * nothing was sent. What only the server can judge is {@link InvalidRequestException}.
 */
public final class InvalidArgumentException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  public InvalidArgumentException(String field, String fault) {
    super(field + " " + fault);
  }
}
