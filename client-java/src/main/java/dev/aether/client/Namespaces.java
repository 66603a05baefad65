package dev.aether.client;

import dev.aether.client.internal.calls.Blocking;
import dev.aether.client.internal.reads.FrameSpliterator;
import java.util.stream.Stream;

/**
 * Makes, lists and deletes namespaces; methods wait and throw as {@link AetherClient}'s. Safe for
 * use by many threads.
 */
public final class Namespaces {
  private final AsyncNamespaces async;

  Namespaces(AsyncNamespaces async) {
    this.async = async;
  }

  /**
   * Makes a namespace. A call that got no answer is sent again; what the next attempt finds there
   * may then be its own work, see {@link NamespaceExistsException#maybeCreatedByThisCall()}.
   *
   * @throws NamespaceExistsException if there is one of this name
   * @throws OutcomeUnknownException if no answer said whether it was made
   */
  public NamespaceInfo create(String name, NamespaceConfig config) {
    return Blocking.changed(async.create(name, config), "making namespace " + name);
  }

  /**
   * A namespace.
   *
   * @throws NamespaceNotFoundException if there is none of this name
   */
  public NamespaceInfo get(String name) {
    return Blocking.read(async.get(name));
  }

  /**
   * Gives a namespace another configuration, the whole of it; its partitions can't change.
   *
   * @throws NamespaceNotFoundException if there is none of this name
   * @throws OutcomeUnknownException if no answer said whether it was changed
   */
  public NamespaceInfo update(String name, NamespaceConfig config) {
    return Blocking.changed(async.update(name, config), "changing namespace " + name);
  }

  /**
   * Deletes a namespace and everything in it. Never sent again once it may have been done: somebody
   * may have made the namespace anew.
   *
   * @throws NamespaceNotFoundException if there is none of this name
   * @throws OutcomeUnknownException if no answer said whether it was deleted
   */
  public void delete(String name) {
    Blocking.done(async.delete(name), "deleting namespace " + name);
  }

  /**
   * The namespaces that match a pattern, by name. Pages are asked for while the stream is read.
   *
   * @param pattern tokens joined by dots: {@code *} is exactly one whole token, {@code >} one or
   *     more and only last; empty: {@code default}
   */
  public Stream<NamespaceInfo> list(String pattern) {
    return FrameSpliterator.stream(async.source(pattern));
  }

  /**
   * A page of {@link #list}.
   *
   * @param pageSize at most so many, not negative; 0: the server chooses
   * @param pageToken {@link NamespacePage#nextPageToken()} of the page before; empty: the first
   */
  public NamespacePage page(String pattern, int pageSize, String pageToken) {
    return Blocking.read(async.page(pattern, pageSize, pageToken));
  }
}
