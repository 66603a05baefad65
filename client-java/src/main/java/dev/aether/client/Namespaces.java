package dev.aether.client;

import dev.aether.client.internal.calls.Blocking;
import dev.aether.client.internal.reads.FrameSpliterator;
import java.util.stream.Stream;

/**
 * Creates, lists, changes and deletes namespaces. Methods block and throw like those of {@link
 * AetherClient}. Safe for use by many threads.
 */
public final class Namespaces {
  private final AsyncNamespaces async;

  Namespaces(AsyncNamespaces async) {
    this.async = async;
  }

  /**
   * Creates a namespace. If the client repeats a call that got no answer, it may find the namespace
   * that the call itself created; see {@link NamespaceExistsException#maybeCreatedByThisCall()}.
   *
   * @throws NamespaceExistsException if a namespace with this name exists
   * @throws OutcomeUnknownException if it cannot be determined whether it was created
   */
  public NamespaceInfo create(String name, NamespaceConfig config) {
    return Blocking.changed(async.create(name, config), "the creation of namespace " + name);
  }

  /**
   * Returns a namespace.
   *
   * @throws NamespaceNotFoundException if no namespace with this name exists
   */
  public NamespaceInfo get(String name) {
    return Blocking.read(async.get(name));
  }

  /**
   * Replaces the configuration of a namespace while it is used; replicas 0 keep the current number,
   * and maxBytes 0 removes the limit. The number of partitions cannot change. Returns when new
   * replicas have all data, which may take longer than one call: then this throws {@link
   * OutcomeUnknownException}, and the same call can be made again until it succeeds.
   *
   * @throws NamespaceNotFoundException if no namespace with this name exists
   * @throws InvalidRequestException if NATS has fewer servers than replicas, or the namespace is
   *     larger than the limit
   * @throws OutcomeUnknownException if it cannot be determined whether it was changed, or new
   *     replicas have not received all data yet
   */
  public NamespaceInfo update(String name, NamespaceConfig config) {
    return Blocking.changed(async.update(name, config), "the update of namespace " + name);
  }

  /**
   * Deletes a namespace and everything in it. The client does not send this call again once it may
   * have been executed, because the namespace may have been recreated in the meantime.
   *
   * @throws NamespaceNotFoundException if no namespace with this name exists
   * @throws OutcomeUnknownException if it cannot be determined whether it was deleted
   */
  public void delete(String name) {
    Blocking.done(async.delete(name), "the deletion of namespace " + name);
  }

  /**
   * Lists the namespaces that match a pattern, sorted by name. Pages are requested while the stream
   * is read.
   *
   * @param pattern tokens joined by dots: {@code *} matches exactly one token, {@code >} one or
   *     more at the end; empty for {@code default}
   */
  public Stream<NamespaceInfo> list(String pattern) {
    return FrameSpliterator.stream(async.source(pattern));
  }

  /**
   * Returns one page of {@link #list}.
   *
   * @param pageSize maximum number of namespaces, not negative; 0 lets the server choose
   * @param pageToken {@link NamespacePage#nextPageToken()} of the previous page; empty for the
   *     first page
   */
  public NamespacePage page(String pattern, int pageSize, String pageToken) {
    return Blocking.read(async.page(pattern, pageSize, pageToken));
  }
}
