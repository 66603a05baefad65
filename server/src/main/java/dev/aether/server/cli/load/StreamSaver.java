package dev.aether.server.cli.load;

import dev.aether.client.AetherException;
import dev.aether.client.AsyncAetherClient;
import dev.aether.client.Reason;
import dev.aether.client.SaveCommand;
import dev.aether.client.SaveStream;
import dev.aether.client.Saved;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Saves over one stream, which costs both sides half of what single calls do. What the stream
 * leaves to its user is done here: a save that the server refused for a while is tried again, and
 * one whose commit id is on its way for another actor, which a stream does not take, goes as a call
 * of its own.
 */
final class StreamSaver implements CommitSaver {
  /** How long after its first refusal a save is tried again. */
  static final Duration MAX_OUTAGE = Duration.ofSeconds(30);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(2);

  /** Nothing was stored, and it passes. */
  private static final Set<Reason> PASSING =
      Set.of(Reason.STORE_UNAVAILABLE, Reason.SHUTTING_DOWN, Reason.OVERLOADED);

  private final AsyncAetherClient client;
  private final StreamRoom room;

  StreamSaver(AsyncAetherClient client, SaveStream stream) {
    this.client = client;
    this.room = new StreamRoom(stream);
  }

  @Override
  public CompletableFuture<Saved> save(SaveCommand command) {
    return once(command)
        .exceptionallyCompose(
            error -> again(command, error, System.nanoTime() + MAX_OUTAGE.toNanos(), FIRST_PAUSE));
  }

  private CompletableFuture<Saved> again(
      SaveCommand command, Throwable error, long endNanos, Duration pause) {
    boolean passes = Causes.of(error) instanceof AetherException e && PASSING.contains(e.reason());
    if (!passes || System.nanoTime() + pause.toNanos() > endNanos) {
      return CompletableFuture.failedFuture(error);
    }
    Executor later =
        CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS, Runnable::run);
    Duration longer = pause.multipliedBy(2);
    Duration next = longer.compareTo(MAX_PAUSE) < 0 ? longer : MAX_PAUSE;
    return CompletableFuture.supplyAsync(() -> once(command), later)
        .thenCompose(saved -> saved)
        .exceptionallyCompose(failure -> again(command, failure, endNanos, next));
  }

  private CompletableFuture<Saved> once(SaveCommand command) {
    return room.save(command)
        .exceptionallyCompose(
            error ->
                Causes.of(error) instanceof IllegalArgumentException
                    ? client.save(command) // Its commit id is on its way for another actor.
                    : CompletableFuture.failedFuture(error));
  }
}
