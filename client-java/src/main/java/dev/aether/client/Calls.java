package dev.aether.client;

import dev.aether.client.internal.calls.ClientDefaults;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.RepeatedCall;
import dev.aether.client.internal.messages.SubscriptionMessages;
import dev.aether.client.internal.reads.FrameFlow;
import dev.aether.client.internal.reads.ReadProgress;
import dev.aether.client.internal.reads.ResumingCall;
import dev.aether.client.internal.subscriptions.SubscriptionProgress;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Starts calls with the client's defaults for whatever their settings leave open. */
final class Calls {
  /** A server that does not start a subscription within this time is given up on. */
  private static final Duration FIRST_FRAME = Duration.ofSeconds(15);

  /** Servers send a heartbeat every 10 s; after three missing ones the connection is lost. */
  private static final Duration LATER_FRAME = Duration.ofSeconds(30);

  /** A reader that waits forever gets no exception, so the log reports a long outage. */
  private static final Duration WARN_AFTER = Duration.ofSeconds(30);

  private final Connection connection;
  private final ClientDefaults defaults;

  Calls(Connection connection, ClientDefaults defaults) {
    this.connection = connection;
    this.defaults = defaults;
  }

  /** Throws {@link IllegalStateException} if the client is closed. */
  void checkOpen() {
    connection.checkOpen();
  }

  /** The namespace of a call with these settings. */
  String namespace(CallSettings settings) {
    return defaults.namespace(settings);
  }

  /** Starts a unary call; throws {@link IllegalStateException} if the client is closed. */
  <Q, A, R extends @Nullable Object> CompletableFuture<R> start(
      RepeatedCall.Spec<Q, A, R> spec, CallSettings settings) {
    return start(spec, settings, deadline -> Optional.empty());
  }

  /** Starts a unary call whose first attempt may be made in another way. */
  <Q, A, R extends @Nullable Object> CompletableFuture<R> start(
      RepeatedCall.Spec<Q, A, R> spec,
      CallSettings settings,
      RepeatedCall.FirstAttempt<R> firstAttempt) {
    connection.checkOpen();
    return RepeatedCall.start(connection, spec, defaults.limits(settings), firstAttempt);
  }

  /** A streamed read that is not started yet. The deadline limits each wait for the server. */
  <F> FrameFlow<F> read(ReadProgress<F, F> progress, CallSettings settings) {
    connection.checkOpen();
    Duration deadline = defaults.deadline(settings);
    Duration attempt = defaults.attemptTimeout();
    Duration patience = attempt.compareTo(deadline) < 0 ? attempt : deadline;
    return new ResumingCall<>(
        connection,
        progress,
        new ResumingCall.Limits(
            patience,
            patience,
            Status.Code.DEADLINE_EXCEEDED,
            deadline,
            defaults.repeats(),
            WARN_AFTER));
  }

  /** A subscription that is not started yet. */
  FrameFlow<List<SubscriptionSignal>> subscription(SubscribeOptions options) {
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
