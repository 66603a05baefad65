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
 * Saves over one stream, which costs client and server half as much as single calls. It does what a
 * stream leaves to its user: a save that failed temporarily or whose outcome is unknown is sent
 * again, and a save whose commit id is in flight for another actor, which a stream does not accept,
 * is sent as a separate call.
 *
 * <p>With a slow disk, a save on a full stream waits longer than the server allows, although all
 * saves are stored one after the other. Therefore it gives up when nothing at all has been stored
 * for a while, rather than when one save takes long.
 */
final class StreamSaver implements CommitSaver {
  /** If nothing has been stored for this long, a failed save is not sent again. */
  private static final Duration MAX_OUTAGE = Duration.ofSeconds(30);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /**
   * Temporary failures. A save that may be stored nevertheless is stored once, since it has a
   * commit id.
   */
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

  /**
   * Whether the longest outage has passed since the first failure of this save and since the last
   * stored save.
   */
  private boolean isOut(long refusedNanos) {
    long since = System.nanoTime() - MAX_OUTAGE.toNanos();
    return refusedNanos - since < 0 && storedNanos - since < 0;
  }

  private CompletableFuture<Saved> once(SaveCommand command) {
    return room.save(command)
        .exceptionallyCompose(
            error ->
                Exceptions.unwrap(error) instanceof IllegalArgumentException
                    ? client.save(command) // Its commit id is in flight for another actor.
                    : CompletableFuture.failedFuture(error))
        .thenApply(
            saved -> {
              storedNanos = System.nanoTime();
              return saved;
            });
  }
}
