package dev.aether.client;

/** Where a subscription starts. */
public sealed interface SubscriptionStart {

  /** At commits that are stored after the subscription starts. */
  static SubscriptionStart live() {
    return Live.INSTANCE;
  }

  /** At the first commit. */
  static SubscriptionStart beginning() {
    return Beginning.INSTANCE;
  }

  /** At the commit after a cursor, which must be of the same namespace pattern. */
  static SubscriptionStart after(Cursor cursor) {
    return new After(cursor);
  }

  /** At commits that are stored after the subscription starts. */
  enum Live implements SubscriptionStart {
    /** The only instance. */
    INSTANCE
  }

  /** At the first commit. */
  enum Beginning implements SubscriptionStart {
    /** The only instance. */
    INSTANCE
  }

  /**
   * At the commit after a cursor.
   *
   * @param cursor a cursor of a subscription with the same namespace pattern; filters may differ
   */
  record After(Cursor cursor) implements SubscriptionStart {}
}
