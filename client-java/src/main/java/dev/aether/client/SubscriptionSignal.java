package dev.aether.client;

/**
 * What a subscription as a publisher delivers, one at a time: the same things that a {@link
 * SubscriptionListener} hears, in the same order.
 */
public sealed interface SubscriptionSignal {

  /**
   * The subscription begins: everything acknowledged from now on will be seen.
   *
   * @param nodeId the node that serves it
   * @param cursor where it begins
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
   * The cursor moved on.
   *
   * @param cursor stands after every signal so far
   */
  record CursorMoved(Cursor cursor) implements SubscriptionSignal {}

  /**
   * Everything stored before the subscription began has been delivered.
   *
   * @param cursor where the subscription stands
   */
  record CaughtUp(Cursor cursor) implements SubscriptionSignal {}

  /**
   * The server vouches that it heard of the store within 10 s.
   *
   * @param cursor where the subscription stands
   */
  record Heartbeat(Cursor cursor) implements SubscriptionSignal {}

  /**
   * A record that can't be decoded.
   *
   * @param error the record
   * @param cursor stands after it
   */
  record Corrupt(ReplayError error, Cursor cursor) implements SubscriptionSignal {}

  /**
   * A matching namespace was deleted.
   *
   * @param namespace its name
   */
  record NamespaceDeleted(String namespace) implements SubscriptionSignal {}

  /**
   * A broadcast, not stored. Comes at most once, as {@link SubscriptionListener#onBroadcast} says.
   *
   * @param namespace the namespace it was published to
   * @param event the event
   */
  record Broadcast(String namespace, NewEvent event) implements SubscriptionSignal {}

  /**
   * The subscription was lost and will be resumed ({@link SubscriptionState.Lost}), or was resumed
   * ({@link SubscriptionState.Connected}) and has caught up again ({@link
   * SubscriptionState.CaughtUp}).
   *
   * @param state what happened
   */
  record StateChanged(SubscriptionState state) implements SubscriptionSignal {}
}
