package dev.aether.client.retry;

import dev.aether.client.AsyncAetherClient;
import dev.aether.client.NewEvent;
import dev.aether.client.Saved;
import dev.aether.client.VersionConflictException;
import dev.aether.client.internal.calls.Futures;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Same as {@link RetryingSaver}, without blocking. Deciders run on the client's executor, the first
 * one also in the calling thread. Cancelling a future stops the save: no further attempt is made,
 * and the current one may or may not be stored.
 *
 * <p>Callbacks on a future run on the client's executor, or in the calling thread if the save
 * completes at once, for example because its policy refuses it. Deciders and callbacks must not
 * block: each blocked one occupies a thread of that executor, which other calls may need.
 */
public final class AsyncRetryingSaver {
  private final AsyncAetherClient client;
  private final RetryPolicy policy;
  private final SaveSettings settings;

  private AsyncRetryingSaver(AsyncAetherClient client, RetryPolicy policy, SaveSettings settings) {
    this.client = client;
    this.policy = policy;
    this.settings = settings;
  }

  /** Creates a saver for the client's namespace. The caller closes the client. */
  public static AsyncRetryingSaver of(AsyncAetherClient client, RetryPolicy policy) {
    return of(client, policy, SaveSettings.defaults());
  }

  /** Creates a saver. The caller closes the client. */
  public static AsyncRetryingSaver of(
      AsyncAetherClient client, RetryPolicy policy, SaveSettings settings) {
    return new AsyncRetryingSaver(client, policy, settings);
  }

  /** Same as {@link RetryingSaver#save(String, Decider)}. */
  public CompletableFuture<Optional<Saved>> save(String actorId, Decider decider) {
    return saveWith(actorId, attempt -> CompletableFuture.completedFuture(decider.decide(attempt)));
  }

  /** Same as {@link RetryingSaver#save(String, long, Decider)}. */
  public CompletableFuture<Optional<Saved>> save(
      String actorId, long latestVersion, Decider decider) {
    return saveWith(
        actorId,
        latestVersion,
        attempt -> CompletableFuture.completedFuture(decider.decide(attempt)));
  }

  /** Same as {@link #save(String, Decider)}, with a decider that makes calls of its own. */
  public CompletableFuture<Optional<Saved>> saveWith(
      String actorId, Function<Attempt, CompletableFuture<List<NewEvent>>> decider) {
    return saveWith(
        actorId,
        conflict ->
            conflict.isPresent()
                ? CompletableFuture.completedFuture(conflict.get().currentVersion())
                : client.latestVersion(actorId, settings.call()),
        decider);
  }

  /** Same as {@link #save(String, long, Decider)}, with a decider that makes calls of its own. */
  public CompletableFuture<Optional<Saved>> saveWith(
      String actorId,
      long latestVersion,
      Function<Attempt, CompletableFuture<List<NewEvent>>> decider) {
    return saveWith(
        actorId,
        conflict ->
            CompletableFuture.completedFuture(
                conflict.map(Conflict::currentVersion).orElse(latestVersion)),
        decider);
  }

  /**
   * Same as {@link RetryingSaver#save(String, VersionSource, Decider)}, with a version source and a
   * decider that make calls of their own.
   */
  public CompletableFuture<Optional<Saved>> saveWith(
      String actorId,
      Function<Optional<Conflict>, CompletableFuture<Long>> versions,
      Function<Attempt, CompletableFuture<List<NewEvent>>> decider) {
    SaveAttempts attempts;
    try {
      attempts = new SaveAttempts(actorId, policy, settings);
    } catch (Throwable refused) {
      return CompletableFuture.failedFuture(refused);
    }
    Run run = new Run(attempts, versions, decider);
    run.attempt(Optional.empty());
    return run.result;
  }

  /** A save in progress. Its steps run one after another, so no lock is needed. */
  private final class Run {
    private final SaveAttempts attempts;
    private final Function<Optional<Conflict>, CompletableFuture<Long>> versions;
    private final Function<Attempt, CompletableFuture<List<NewEvent>>> decider;
    private final CompletableFuture<Optional<Saved>> result = new CompletableFuture<>();

    /** The current step, which is cancelled with the result. */
    private volatile CompletableFuture<?> running = CompletableFuture.completedFuture(null);

    Run(
        SaveAttempts attempts,
        Function<Optional<Conflict>, CompletableFuture<Long>> versions,
        Function<Attempt, CompletableFuture<List<NewEvent>>> decider) {
      this.attempts = attempts;
      this.versions = versions;
      this.decider = decider;
      CompletableFuture<?> unused =
          result.whenComplete(
              (saved, thrown) -> {
                running.cancel(true); // Has an effect only if the caller cancelled the result.
                attempts.end(thrown);
              });
    }

    /** Continues with the result of a call, or fails with its failure. */
    <T extends @Nullable Object> void step(Supplier<CompletableFuture<T>> call, Consumer<T> next) {
      step(call, next, this::fail);
    }

    <T extends @Nullable Object> void step(
        Supplier<CompletableFuture<T>> call, Consumer<T> next, Consumer<Throwable> failed) {
      if (result.isDone()) {
        return;
      }
      try {
        CompletableFuture<T> started = call.get();
        running = started;
        if (result.isDone()) {
          started.cancel(true);
        }
        CompletableFuture<?> unused =
            started.whenComplete(
                (value, thrown) -> {
                  try {
                    if (thrown == null) {
                      next.accept(value);
                    } else {
                      failed.accept(Futures.cause(thrown));
                    }
                  } catch (Throwable t) {
                    fail(t);
                  }
                });
      } catch (Throwable t) {
        fail(t);
      }
    }

    /**
     * Completes with a failure. The policy is told first, because a caller that sees the result may
     * start the next save.
     */
    private void fail(Throwable thrown) {
      attempts.end(thrown);
      result.completeExceptionally(thrown);
    }

    private void succeed(Optional<Saved> saved) {
      attempts.end(null);
      result.complete(saved);
    }

    void attempt(Optional<Conflict> last) {
      step(() -> versions.apply(last), version -> decide(attempts.attempt(last, version)));
    }

    private void decide(Attempt attempt) {
      step(
          () -> SaveAttempts.decided(decider.apply(attempt)),
          events -> save(attempt, SaveAttempts.decided(events)));
    }

    private void save(Attempt attempt, List<NewEvent> events) {
      if (events.isEmpty()) {
        attempts.endWithoutSave();
        result.complete(Optional.empty());
        return;
      }
      step(
          () -> client.save(attempts.command(attempt, events)),
          saved -> succeed(Optional.of(saved)),
          thrown -> {
            if (thrown instanceof VersionConflictException conflict) {
              again(Conflict.of(conflict, attempt.number()), conflict);
            } else {
              fail(thrown);
            }
          });
    }

    private void again(Conflict conflict, VersionConflictException thrown) {
      if (result.isDone()) {
        return; // Cancelled by the caller.
      }
      Duration delay = attempts.delayAfter(conflict, thrown);
      step(() -> client.delay(delay), over -> attempt(Optional.of(conflict)));
    }
  }
}
