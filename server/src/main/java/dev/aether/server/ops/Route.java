package dev.aether.server.ops;

import dev.aether.server.security.Right;

/**
 * A page of the HTTP endpoint.
 *
 * @param path where it is, such as {@code /metrics}
 * @param below whether the page also answers for every path that begins with {@code path}, which
 *     then ends with a slash. Of several such pages, the one with the longest path answers
 * @param need what a caller needs
 */
public record Route(String path, boolean below, Need need, Handler handler) {
  /** What a caller needs. Without authentication, everybody has everything. */
  public sealed interface Need {
    /**
     * Nothing: anybody may ask. The page is for orchestrators, so it answers from memory, and it is
     * answered even if callers of other pages keep all their threads busy.
     */
    record NothingForProbes() implements Need {}

    /** Nothing: anybody may ask. */
    record Nothing() implements Need {}

    /** An identity. The page itself shows only what the caller may see. */
    record AnIdentity() implements Need {}

    /** A right on all namespaces. */
    record RightOnAll(Right right) implements Need {}
  }

  /** Makes the answer to a GET or HEAD. Runs on a thread of the endpoint, so it may block. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Answers a request.
     *
     * @throws dev.aether.server.event.StoreException with the reason PERMISSION_DENIED if the
     *     caller may not see what was asked for; every other exception is answered with 500
     */
    HttpAnswer answer(HttpQuestion question);
  }

  /** A page for orchestrators. */
  public static Route probe(String path, Handler handler) {
    return new Route(path, false, new Need.NothingForProbes(), handler);
  }

  /** A page for anybody. */
  public static Route open(String path, Handler handler) {
    return new Route(path, false, new Need.Nothing(), handler);
  }

  /** A page for every caller with an identity. */
  public static Route forIdentity(String path, Handler handler) {
    return new Route(path, false, new Need.AnIdentity(), handler);
  }

  /** A page for callers who have the right on all namespaces. */
  public static Route forRight(String path, Right right, Handler handler) {
    return new Route(path, false, new Need.RightOnAll(right), handler);
  }

  /** This page, for all paths that begin with its path, which must end with a slash. */
  public Route andBelow() {
    if (!path.endsWith("/")) {
      throw new IllegalArgumentException(path + " does not end with a slash");
    }
    return new Route(path, true, need, handler);
  }

  boolean answersFor(String requested) {
    return below ? requested.startsWith(path) : requested.equals(path);
  }

  boolean isProbe() {
    return need instanceof Need.NothingForProbes;
  }
}
