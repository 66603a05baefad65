package dev.aether.client.internal.subscriptions;

import dev.aether.client.SubscriptionState;
import dev.aether.v1.SubscribeResponse;

/** What comes of a subscription that resumes itself. */
public sealed interface Arrival {

  /**
   * A frame.
   *
   * @param frame what of the frame is new
   * @param again whether the subscriber has had this kind of frame, of which there is one for each
   *     connection, before
   */
  record Frame(SubscribeResponse frame, boolean again) implements Arrival {}

  /**
   * The connection is lost, and there will be another.
   *
   * @param state why
   */
  record Lost(SubscriptionState.Lost state) implements Arrival {}
}
