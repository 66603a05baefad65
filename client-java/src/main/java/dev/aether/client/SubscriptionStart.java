package dev.aether.client;

/** Where a subscription begins. */
public sealed interface SubscriptionStart {

  /** With what is stored after it began. */
  static SubscriptionStart live() {
    return Live.INSTANCE;
  }

  /** With the first commit. */
  static SubscriptionStart beginning() {
    return Beginning.INSTANCE;
  }

  /** With the commit after a cursor of the same namespace pattern. */
  static SubscriptionStart after(Cursor cursor) {
    return new After(cursor);
  }

  /** With what is stored after it began. */
  enum Live implements SubscriptionStart {
    /** The only one. */
    INSTANCE
  }

  /** With the first commit. */
  enum Beginning implements SubscriptionStart {
    /** The only one. */
    INSTANCE
  }

  /**
   * With the commit after a cursor.
   *
   * @param cursor of a subscription with the same namespace pattern; filters may differ
   */
  record After(Cursor cursor) implements SubscriptionStart {}
}
