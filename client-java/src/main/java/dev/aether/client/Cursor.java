package dev.aether.client;

/**
 * Says where a reader stands in all that its namespace pattern matches. Opaque: store it, hand it
 * back.
 *
 * <p>It binds the pattern, not the filter. {@link #toString()} gives the text to store, {@link
 * #of(String)} makes a cursor of it again.
 */
public final class Cursor {
  private final String value;

  private Cursor(String value) {
    this.value = value;
  }

  /**
   * The cursor with this text.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public static Cursor of(String value) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("an empty cursor");
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
