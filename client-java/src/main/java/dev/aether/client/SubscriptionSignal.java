package dev.aether.client;

/**
 * One item of a subscription that is read as a stream or a publisher. Commits, cursors and corrupt
 * records are {@link LogSignal}s, as in a log read. A {@link SubscriptionListener} receives the
 * same items in the same order.
 */
public sealed interface SubscriptionSignal
    permits LogSignal,
        SubscriptionSignal.Started,
        SubscriptionSignal.Stored,
        SubscriptionSignal.CaughtUp,
        SubscriptionSignal.Heartbeat,
        SubscriptionSignal.NamespaceDeleted,
        SubscriptionSignal.Broadcast,
        SubscriptionSignal.StateChanged {

  /**
   * The subscription has started: it will deliver everything that is acknowledged from now on.
   *
   * @param nodeId the node that serves it
   * @param cursor where it starts
   */
  record Started(String nodeId, Cursor cursor) implements SubscriptionSignal {}

  /**
   * A notice that an event was stored.
   *
   * @param event the notice
   */
  record Stored(EventStored event) implements SubscriptionSignal {}

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
