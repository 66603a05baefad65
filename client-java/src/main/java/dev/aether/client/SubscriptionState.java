package dev.aether.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a subscription fares. */
public sealed interface SubscriptionState {

  /**
   * A node serves it.
   *
   * @param nodeId the node
   * @param resumed whether it goes on where an earlier connection was lost
   */
  record Connected(String nodeId, boolean resumed) implements SubscriptionState {}

  /** Everything stored before the connection began has been delivered: once for each connection. */
  record CaughtUp() implements SubscriptionState {}

  /**
   * How far behind it is; told about once a second while something comes.
   *
   * @param behind age of the newest commit when it was delivered, by this process's clock and
   *     JetStream's; zero when the server says that there is nothing newer; never negative
   */
  record Lag(Duration behind) implements SubscriptionState {}

  /**
   * The connection is lost; the subscription goes on by itself where it stopped, on another node if
   * there is one.
   *
   * @param cause why
   * @param attempt how many connections in a row brought nothing, from 1
   * @param retryIn the pause before the next
   */
  record Lost(AetherException cause, int attempt, Duration retryIn) implements SubscriptionState {}

  /**
   * It ended. The last state.
   *
   * @param cause why; null: it was closed
   */
  record Ended(@Nullable AetherException cause) implements SubscriptionState {}
}
