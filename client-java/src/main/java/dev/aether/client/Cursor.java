package dev.aether.client;

/**
 * The position of a reader in the logs of the namespaces that its pattern matches. It is opaque;
 * store it and pass it back to continue from there.
 *
 * <p>A cursor is valid only for the same namespace pattern, but for any filter. {@link #toString()}
 * returns the text to store, and {@link #of(String)} turns it into a cursor again.
 */
public final class Cursor {
  private final String value;

  private Cursor(String value) {
    this.value = value;
  }

  /**
   * Returns the cursor with this text.
   *
   * @throws IllegalArgumentException if the text is empty
   */
  public static Cursor of(String value) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("the cursor is empty");
    }
    return new Cursor(value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cursor that && value.equals(that.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  /** The text to store. */
  @Override
  public String toString() {
    return value;
  }
}
