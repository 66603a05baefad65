package dev.aether.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Receives what a subscription delivers.
 *
 * <p>Callbacks of one subscription are never concurrent and see each other's effects; they run on
 * threads of the client's executor, not always the same one. The next frame is asked for when a
 * callback has returned, so that a slow or blocking listener slows down only itself; the server
 * reads on from the store when it is ready again. A callback that throws ends the subscription with
 * {@link #onError}.
 *
 * <p>A subscription whose connection is lost goes on by itself ({@link SubscribeOptions#resume()}):
 * each commit is still handed over once, and {@link #onState} tells what happens.
 *
 * <p>To resume exactly after this process ended, store the cursor of {@link #onCommits} or {@link
 * #onCursor} together with what the listener made of the commits before it, and subscribe with
 * {@link SubscriptionStart#after}.
 */
public interface SubscriptionListener {

  /**
   * How the subscription fares: connected, caught up, how far behind, lost and to be resumed,
   * ended. A state comes before the callback about the same thing.
   */
  default void onState(SubscriptionState state) {}

  /**
   * The subscription begins: everything acknowledged from now on will be seen. Called once, however
   * often it is resumed.
   *
   * @param nodeId the node that serves it
   * @param cursor where it begins
   */
  default void onStarted(String nodeId, Cursor cursor) {}

  /**
   * Whole commits, in order within a partition. Unless overridden, hands each to {@link #onCommit}
   * and then the cursor, if there is one, to {@link #onCursor}.
   *
   * @param commits at least one
   * @param cursor stands after the last of the commits; null: it comes with a later call, within
   *     about a second of commits
   */
  default void onCommits(List<Commit> commits, @Nullable Cursor cursor) {
    commits.forEach(this::onCommit);
    if (cursor != null) {
      onCursor(cursor);
    }
  }

  /** One commit. Not called with {@link SubscribeOptions#storedOnly()}. */
  default void onCommit(Commit commit) {}

  /**
   * Notices of stored events, with {@link SubscribeOptions#storedOnly()}. Unless overridden, hands
   * each to {@link #onStored} and then the cursor, if there is one, to {@link #onCursor}.
   *
   * @param events at least one
   * @param cursor stands after the commit of the last of them; null: it comes with a later call
   */
  default void onStoredEvents(List<EventStored> events, @Nullable Cursor cursor) {
    events.forEach(this::onStored);
    if (cursor != null) {
      onCursor(cursor);
    }
  }

  /** One notice of a stored event, with {@link SubscribeOptions#storedOnly()}. */
  default void onStored(EventStored event) {}

  /**
   * The cursor moved on: it stands after everything handed to this listener so far. Heartbeats and
   * the moment of having caught up come here, too, unless their methods are overridden.
   */
  default void onCursor(Cursor cursor) {}

  /** Everything stored before the subscription began has been delivered. Called once. */
  default void onCaughtUp(Cursor cursor) {
    onCursor(cursor);
  }

  /** The server vouches that it heard of the store within 10 s. Called at least every 10 s. */
  default void onHeartbeat(Cursor cursor) {
    onCursor(cursor);
  }

  /**
   * A record that can't be decoded, with {@link SubscribeOptions#reportCorrupt()}.
   *
   * @param cursor stands after the record
   */
  default void onCorrupt(ReplayError error, Cursor cursor) {}

  /** A matching namespace was deleted. Made anew it is another one, read from its beginning. */
  default void onNamespaceDeleted(String namespace) {}

  /**
   * A broadcast, not stored, with {@link SubscribeOptions#includeBroadcasts()}. Comes at most once:
   * one that is published while this listener is slow, or while its connection is broken, may be
   * missed, and is not brought by a cursor. The event's id, content type and timestamp are set.
   */
  default void onBroadcast(String namespace, NewEvent event) {}

  /** The subscription ended by itself and won't be resumed. The last callback. */
  void onError(AetherException error);

  /**
   * The subscription ended by {@link Subscription#close()} or with its client. The last callback.
   */
  default void onClosed() {}
}
