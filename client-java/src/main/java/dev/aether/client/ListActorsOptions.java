package dev.aether.client;

/**
 * Which actors to list.
 *
 * @param prefix lists only actors whose id starts with this; empty for all
 * @param pageSize maximum number of actors on a page, not negative; 0 lets the server choose
 * @param withSnapshot lists only actors that have a snapshot, or had one that was deleted
 * @param settings namespace, and the deadline of each page
 */
public record ListActorsOptions(
    String prefix, int pageSize, boolean withSnapshot, CallSettings settings) {
  private static final ListActorsOptions ALL =
      new ListActorsOptions("", 0, CallSettings.defaults());

  /** Includes actors that never had a snapshot. */
  public ListActorsOptions(String prefix, int pageSize, CallSettings settings) {
    this(prefix, pageSize, false, settings);
  }

  /** Checks the page size. */
  public ListActorsOptions {
    if (pageSize < 0) {
      throw new IllegalArgumentException("pageSize " + pageSize + " is negative");
    }
  }

  /** All actors of the client's namespace. */
  public static ListActorsOptions all() {
    return ALL;
  }

  /** The actors of the client's namespace whose id starts with the prefix. */
  public static ListActorsOptions withPrefix(String prefix) {
    return new ListActorsOptions(prefix, 0, CallSettings.defaults());
  }

  /** Returns these options with another page size. */
  public ListActorsOptions withPageSize(int pageSize) {
    return new ListActorsOptions(prefix, pageSize, withSnapshot, settings);
  }

  /** Returns these options, limited to actors that have a snapshot or had one that was deleted. */
  public ListActorsOptions onlyWithSnapshot() {
    return new ListActorsOptions(prefix, pageSize, true, settings);
  }

  /** Returns these options with another namespace or deadline. */
  public ListActorsOptions withSettings(CallSettings settings) {
    return new ListActorsOptions(prefix, pageSize, withSnapshot, settings);
  }
}
