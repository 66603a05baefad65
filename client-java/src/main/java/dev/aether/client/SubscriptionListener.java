package dev.aether.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Receives what a subscription delivers.
 *
 * <p>Callbacks of one subscription are never concurrent and see each other's effects. They run on
 * threads of the client's executor, not always on the same one. The next frame is requested when a
 * callback has returned, so a slow or blocking listener delays only itself; the server continues
 * from the store when the listener is ready. A callback that throws ends the subscription with
 * {@link #onError}.
 *
 * <p>A subscription whose connection is lost resumes by itself ({@link SubscribeOptions#resume()}).
 * Each commit is still delivered once, and {@link #onState} reports what happens.
 *
 * <p>To resume exactly after a restart of this process, store the cursor of {@link #onCommits} or
 * {@link #onCursor} together with the results of the commits before it, and subscribe with {@link
 * SubscriptionStart#after}.
 */
public interface SubscriptionListener {

  /**
   * The state changed: connected, caught up, lagging, connection lost, or ended. It is called
   * before the callback that belongs to the same event.
   */
  default void onState(SubscriptionState state) {}

  /**
   * The subscription has started: it will deliver everything that is acknowledged from now on.
   * Called once, even if the subscription is resumed.
   *
   * @param nodeId the node that serves it
   * @param cursor where it starts
   */
  default void onStarted(String nodeId, Cursor cursor) {}

  /**
   * Whole commits, in order within a partition. The default implementation passes each commit to
   * {@link #onCommit} and then the cursor, if there is one, to {@link #onCursor}.
   *
   * @param commits at least one
   * @param cursor position after the last of the commits; if null, it follows in a later call,
   *     within about a second of commits
   */
  default void onCommits(List<Commit> commits, @Nullable Cursor cursor) {
    commits.forEach(this::onCommit);
    if (cursor != null) {
      onCursor(cursor);
    }
  }

  /** A commit. Not called with {@link SubscribeOptions#storedOnly()}. */
  default void onCommit(Commit commit) {}

  /**
   * Notices of stored events, with {@link SubscribeOptions#storedOnly()}. The default
   * implementation passes each notice to {@link #onStored} and then the cursor, if there is one, to
   * {@link #onCursor}.
   *
   * @param events at least one
   * @param cursor position after the commit of the last event; if null, it follows in a later call
   */
  default void onStoredEvents(List<EventStored> events, @Nullable Cursor cursor) {
    events.forEach(this::onStored);
    if (cursor != null) {
      onCursor(cursor);
    }
  }

  /** A notice of a stored event, with {@link SubscribeOptions#storedOnly()}. */
  default void onStored(EventStored event) {}

  /**
   * The cursor moved: it is the position after everything delivered to this listener so far. The
   * default implementations of {@link #onHeartbeat} and {@link #onCaughtUp} call it, too.
   */
  default void onCursor(Cursor cursor) {}

  /** Everything that was stored before the subscription started has been delivered. Called once. */
  default void onCaughtUp(Cursor cursor) {
    onCursor(cursor);
  }

  /**
   * The server confirms that it received news from the store within the last 10 s. Called at least
   * every 10 s.
   */
  default void onHeartbeat(Cursor cursor) {
    onCursor(cursor);
  }

  /**
   * A record that cannot be decoded, with {@link SubscribeOptions#reportCorrupt()}.
   *
   * @param cursor position after the record
   */
  default void onCorrupt(ReplayError error, Cursor cursor) {}

  /**
   * A matching namespace was deleted. If it is recreated, the new incarnation is delivered from its
   * beginning.
   */
  default void onNamespaceDeleted(String namespace) {}

  /**
   * A broadcast, with {@link SubscribeOptions#includeBroadcasts()}. It is not stored and arrives at
   * most once: a broadcast that is published while this listener is slow, or while its connection
   * is lost, may be missed and cannot be read later with a cursor. The event's id, content type and
   * timestamp are set.
   */
  default void onBroadcast(String namespace, NewEvent event) {}

  /** The subscription failed and will not be resumed. The last callback. */
  void onError(AetherException error);

  /**
   * The subscription was cancelled with {@link Subscription#close()}, or its client was closed. The
   * last callback.
   */
  default void onClosed() {}
}
