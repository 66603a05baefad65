package dev.aether.server.grpc.requests;

/** The page size of calls that list something. */
public final class PageSize {
  private static final int DEFAULT = 100;
  private static final int MAX = 1000;

  private PageSize() {}

  /**
   * The size of a page.
   *
   * @param requested unsigned; 0 for the default
   */
  public static int of(int requested) {
    if (requested == 0) {
      return DEFAULT;
    }
    return Integer.compareUnsigned(requested, MAX) < 0 ? requested : MAX;
  }
}
