package dev.aether.client;

/**
 * Which actors to list.
 *
 * @param prefix only actors whose id begins so; empty: all
 * @param pageSize at most so many in a page, not negative; 0: the server chooses
 * @param withSnapshot only actors that have a snapshot, or had one that was deleted
 * @param settings namespace, and the deadline of each page
 */
public record ListActorsOptions(
    String prefix, int pageSize, boolean withSnapshot, CallSettings settings) {
  private static final ListActorsOptions ALL =
      new ListActorsOptions("", 0, CallSettings.defaults());

  /** Also actors that never had a snapshot. */
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

  /** The actors of the client's namespace whose id begins so. */
  public static ListActorsOptions withPrefix(String prefix) {
    return new ListActorsOptions(prefix, 0, CallSettings.defaults());
  }

  /** These options with pages of another size. */
  public ListActorsOptions withPageSize(int pageSize) {
    return new ListActorsOptions(prefix, pageSize, withSnapshot, settings);
  }

  /** These options for actors only that have a snapshot, or had one that was deleted. */
  public ListActorsOptions onlyWithSnapshot() {
    return new ListActorsOptions(prefix, pageSize, true, settings);
  }

  /** These options with another namespace or deadline. */
  public ListActorsOptions withSettings(CallSettings settings) {
    return new ListActorsOptions(prefix, pageSize, withSnapshot, settings);
  }
}
