package dev.aether.server.cli.load;

import dev.aether.client.AetherException;
import dev.aether.client.AsyncAetherClient;
import dev.aether.client.Event;
import dev.aether.client.ReadOptions;
import dev.aether.client.Reason;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads actors' histories as far as an import needs them, without holding the events' data. A read
 * that an outage cuts begins anew; the client repeats saves, but not reads of many events.
 */
final class HistoryReader {
  /** How long after a read's first failure it is begun anew. */
  static final Duration MAX_OUTAGE = Duration.ofSeconds(30);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(2);

  /** What passes. Not a deadline: that was waited for long enough. */
  private static final Set<Reason> PASSING =
      Set.of(Reason.UNREACHABLE, Reason.STORE_UNAVAILABLE, Reason.SHUTTING_DOWN, Reason.OVERLOADED);

  /** How the transport ends calls of a server that is killed, besides those above. */
  private static final Set<String> PASSING_CODES = Set.of("UNKNOWN", "CANCELLED");

  private final AsyncAetherClient client;
  private final Duration maxOutage;

  HistoryReader(AsyncAetherClient client) {
    this(client, MAX_OUTAGE);
  }

  HistoryReader(AsyncAetherClient client, Duration maxOutage) {
    this.client = client;
    this.maxOutage = maxOutage;
  }

  /** The history as of now. The future may complete on the client's threads. */
  CompletableFuture<ActorHistory> read(String actorId) {
    return once(actorId)
        .exceptionallyCompose(
            error -> again(actorId, error, System.nanoTime() + maxOutage.toNanos(), FIRST_PAUSE));
  }

  private CompletableFuture<ActorHistory> again(
      String actorId, Throwable error, long endNanos, Duration pause) {
    if (!passes(error) || System.nanoTime() + pause.toNanos() > endNanos) {
      return CompletableFuture.failedFuture(error);
    }
    Executor later =
        CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS, Runnable::run);
    Duration next = pause.multipliedBy(2);
    Duration nextPause = next.compareTo(MAX_PAUSE) < 0 ? next : MAX_PAUSE;
    // The client connects anew for a call that it repeats by itself; gRPC waits minutes else.
    return CompletableFuture.supplyAsync(() -> client.latestVersion(actorId), later)
        .thenCompose(version -> version)
        .thenCompose(version -> once(actorId))
        .exceptionallyCompose(failure -> again(actorId, failure, endNanos, nextPause));
  }

  private CompletableFuture<ActorHistory> once(String actorId) {
    OneRead read = new OneRead();
    client.events(actorId, ReadOptions.all()).subscribe(read);
    return read.whole;
  }

  private static boolean passes(Throwable error) {
    @Nullable Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    return cause instanceof AetherException failure
        && (PASSING.contains(failure.reason())
            || PASSING_CODES.contains(failure.metadata().getOrDefault("grpc_code", "")));
  }

  /** One attempt, from the history's start. */
  private static final class OneRead implements Flow.Subscriber<Event> {
    private final ActorHistory history = new ActorHistory();
    private final CompletableFuture<ActorHistory> whole = new CompletableFuture<>();
    private long events;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(ActorHistory.MAX_EVENTS + 1L);
    }

    @Override
    public void onNext(Event event) {
      events++;
      if (events <= ActorHistory.MAX_EVENTS) {
        history.add(event.eventId(), event.version());
      } else {
        whole.completeExceptionally(
            new IllegalStateException(
                "the actor has more than " + ActorHistory.MAX_EVENTS + " events"));
      }
    }

    @Override
    public void onError(Throwable error) {
      whole.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      whole.complete(history);
    }
  }
}
