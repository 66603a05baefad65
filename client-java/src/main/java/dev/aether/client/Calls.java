package dev.aether.client;

import dev.aether.client.internal.calls.ClientDefaults;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.RepeatedCall;
import dev.aether.client.internal.messages.SubscriptionMessages;
import dev.aether.client.internal.reads.FrameFlow;
import dev.aether.client.internal.reads.ResumingCall;
import dev.aether.client.internal.subscriptions.Arrival;
import dev.aether.client.internal.subscriptions.SubscriptionProgress;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Starts calls with what the client says for those that say nothing else. */
final class Calls {
  /**
   * A server that has not found out within this time where a subscription begins is passed over.
   */
  private static final Duration FIRST_FRAME = Duration.ofSeconds(15);

  /** A server sends heartbeats every 10 s; who misses three hears nobody. */
  private static final Duration LATER_FRAME = Duration.ofSeconds(30);

  /** Who follows for ever has no exception that would say that nothing comes. */
  private static final Duration WARN_AFTER = Duration.ofSeconds(30);

  private final Connection connection;
  private final ClientDefaults defaults;

  Calls(Connection connection, ClientDefaults defaults) {
    this.connection = connection;
    this.defaults = defaults;
  }

  Connection connection() {
    return connection;
  }

  ClientDefaults defaults() {
    return defaults;
  }

  /** Throws {@link IllegalStateException} once the client is closed. */
  <Q, A, R extends @Nullable Object> CompletableFuture<R> start(
      RepeatedCall.Spec<Q, A, R> spec, CallSettings settings) {
    connection.checkOpen();
    return RepeatedCall.start(connection, spec, defaults.limits(settings));
  }

  /** A streamed read, not started yet, each wait of which is bounded by the deadline. */
  <F> FrameFlow<F> read(ResumingCall.Course<F> course, CallSettings settings) {
    connection.checkOpen();
    Duration deadline = defaults.deadline(settings);
    Duration attempt = defaults.attemptTimeout();
    Duration patience = attempt.compareTo(deadline) < 0 ? attempt : deadline;
    return new ResumingCall<>(
        connection,
        course,
        new ResumingCall.Limits(
            patience,
            patience,
            Status.Code.DEADLINE_EXCEEDED,
            deadline,
            defaults.repeats(),
            WARN_AFTER));
  }

  /** A subscription, not started yet. */
  FrameFlow<Arrival> subscription(SubscribeOptions options) {
    connection.checkOpen();
    return new ResumingCall<>(
        connection,
        new SubscriptionProgress(SubscriptionMessages.request(options, defaults.namespace())),
        new ResumingCall.Limits(
            FIRST_FRAME,
            LATER_FRAME,
            Status.Code.UNAVAILABLE,
            options.giveUpAfter(),
            options.resume() ? RepeatOptions.untilDeadline() : RepeatOptions.never(),
            WARN_AFTER));
  }
}
