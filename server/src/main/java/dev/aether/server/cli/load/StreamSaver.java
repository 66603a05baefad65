package dev.aether.server.cli.load;

import dev.aether.client.AetherException;
import dev.aether.client.AsyncAetherClient;
import dev.aether.client.Reason;
import dev.aether.client.SaveCommand;
import dev.aether.client.SaveStream;
import dev.aether.client.Saved;
import dev.aether.server.concurrent.Backoff;
import dev.aether.server.event.Exceptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Saves over one stream, which costs both sides half of what single calls do. What the stream
 * leaves to its user is done here: a save that the server refused for a while, or of which it knows
 * no outcome, is sent again, and one whose commit id is on its way for another actor, which a
 * stream does not take, goes as a call of its own.
 *
 * <p>A full stream before a slow disk waits longer than the server does for each save, and yet all
 * are stored one after another: so it is given up when nothing at all was stored for a while, and
 * not when one save took long.
 */
final class StreamSaver implements CommitSaver {
  /** How long nothing is stored before a save is not sent again. */
  private static final Duration MAX_OUTAGE = Duration.ofSeconds(30);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** It passes. What may be stored nevertheless is stored once: each save has a commit id. */
  private static final Set<Reason> PASSING =
      Set.of(
          Reason.STORE_UNAVAILABLE,
          Reason.SHUTTING_DOWN,
          Reason.OVERLOADED,
          Reason.OUTCOME_UNKNOWN);

  private final AsyncAetherClient client;
  private final StreamRoom room;
  private volatile long storedNanos = System.nanoTime();

  StreamSaver(AsyncAetherClient client, SaveStream stream) {
    this.client = client;
    this.room = new StreamRoom(stream);
  }

  @Override
  public CompletableFuture<Saved> save(SaveCommand command) {
    return once(command)
        .exceptionallyCompose(
            error ->
                again(command, error, System.nanoTime(), Backoff.from(FIRST_PAUSE, LONGEST_PAUSE)));
  }

  private CompletableFuture<Saved> again(
      SaveCommand command, Throwable error, long refusedNanos, Backoff backoff) {
    boolean passes =
        Exceptions.unwrap(error) instanceof AetherException e && PASSING.contains(e.reason());
    if (!passes || isOut(refusedNanos)) {
      return CompletableFuture.failedFuture(error);
    }
    Executor later =
        CompletableFuture.delayedExecutor(
            backoff.next().toMillis(), TimeUnit.MILLISECONDS, Runnable::run);
    return CompletableFuture.supplyAsync(() -> once(command), later)
        .thenCompose(saved -> saved)
        .exceptionallyCompose(failure -> again(command, failure, refusedNanos, backoff));
  }

  /** Whether the store had time enough since it first refused, and since it last stored. */
  private boolean isOut(long refusedNanos) {
    long since = System.nanoTime() - MAX_OUTAGE.toNanos();
    return refusedNanos - since < 0 && storedNanos - since < 0;
  }

  private CompletableFuture<Saved> once(SaveCommand command) {
    return room.save(command)
        .exceptionallyCompose(
            error ->
                Exceptions.unwrap(error) instanceof IllegalArgumentException
                    ? client.save(command) // Its commit id is on its way for another actor.
                    : CompletableFuture.failedFuture(error))
        .thenApply(
            saved -> {
              storedNanos = System.nanoTime();
              return saved;
            });
  }
}
