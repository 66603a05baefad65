package dev.aether.client;

/**
 * What a subscription delivers, one at a time, when it is read as a stream or a publisher. A {@link
 * SubscriptionListener} receives the same in the same order.
 */
public sealed interface SubscriptionSignal {

  /**
   * The subscription has started: it will deliver everything that is acknowledged from now on.
   *
   * @param nodeId the node that serves it
   * @param cursor where it starts
   */
  record Started(String nodeId, Cursor cursor) implements SubscriptionSignal {}

  /**
   * A commit.
   *
   * @param commit the commit, whole
   */
  record Committed(Commit commit) implements SubscriptionSignal {}

  /**
   * A notice that an event was stored.
   *
   * @param event the notice
   */
  record Stored(EventStored event) implements SubscriptionSignal {}

  /**
   * The cursor moved.
   *
   * @param cursor position after every signal so far
   */
  record CursorMoved(Cursor cursor) implements SubscriptionSignal {}

  /**
   * Everything that was stored before the subscription started has been delivered.
   *
   * @param cursor current position of the subscription
   */
  record CaughtUp(Cursor cursor) implements SubscriptionSignal {}

  /**
   * The server confirms that it received news from the store within the last 10 s.
   *
   * @param cursor current position of the subscription
   */
  record Heartbeat(Cursor cursor) implements SubscriptionSignal {}

  /**
   * A record that cannot be decoded.
   *
   * @param error the record
   * @param cursor position after the record
   */
  record Corrupt(ReplayError error, Cursor cursor) implements SubscriptionSignal {}

  /**
   * A matching namespace was deleted.
   *
   * @param namespace its name
   */
  record NamespaceDeleted(String namespace) implements SubscriptionSignal {}

  /**
   * A broadcast. It is not stored and arrives at most once; see {@link
   * SubscriptionListener#onBroadcast}.
   *
   * @param namespace the namespace it was published to
   * @param event the event
   */
  record Broadcast(String namespace, NewEvent event) implements SubscriptionSignal {}

  /**
   * The connection was lost and will be resumed ({@link SubscriptionState.Lost}), or the
   * subscription was resumed ({@link SubscriptionState.Connected}) or has caught up again ({@link
   * SubscriptionState.CaughtUp}).
   *
   * @param state the new state
   */
  record StateChanged(SubscriptionState state) implements SubscriptionSignal {}
}
