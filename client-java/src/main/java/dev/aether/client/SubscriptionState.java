package dev.aether.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The state of a subscription. */
public sealed interface SubscriptionState {

  /**
   * A node serves the subscription.
   *
   * @param nodeId the node
   * @param resumed whether it continues after a lost connection
   */
  record Connected(String nodeId, boolean resumed) implements SubscriptionState {}

  /**
   * Everything that was stored before the connection started has been delivered. Reported once per
   * connection.
   */
  record CaughtUp() implements SubscriptionState {}

  /**
   * How far the subscription lags behind; reported about once a second while frames arrive.
   *
   * @param behind age of the newest commit when it was delivered, comparing this process's clock
   *     with JetStream's; zero if the server reports that there is nothing newer; never negative
   */
  record Lag(Duration behind) implements SubscriptionState {}

  /**
   * The connection is lost. The subscription resumes where it stopped, on another node if there is
   * one.
   *
   * @param cause why
   * @param attempt number of connections in a row that delivered nothing, from 1
   * @param retryIn delay before the next attempt
   */
  record Lost(AetherException cause, int attempt, Duration retryIn) implements SubscriptionState {}

  /**
   * The subscription has ended. The last state.
   *
   * @param cause why; null if it was closed
   */
  record Ended(@Nullable AetherException cause) implements SubscriptionState {}
}
