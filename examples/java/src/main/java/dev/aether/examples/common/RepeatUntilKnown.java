package dev.aether.examples.common;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.Reason;
import dev.aether.client.SaveCommand;
import dev.aether.client.Saved;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Repeats calls beyond their deadline while no server can answer. Safe for use by many threads.
 *
 * <p>If the outcome of a save is unknown, the commit may or may not be stored. Therefore nothing
 * else may be decided: the same commit is sent again until the answer says that it is stored or
 * refused.
 */
public final class RepeatUntilKnown {
  private static final Duration DELAY = Duration.ofMillis(100);

  /** Temporary failures. */
  private static final Set<Reason> TEMPORARY =
      Set.of(
          Reason.OUTCOME_UNKNOWN,
          Reason.UNREACHABLE,
          Reason.STORE_UNAVAILABLE,
          Reason.OVERLOADED,
          Reason.SHUTTING_DOWN,
          Reason.DEADLINE_EXCEEDED);

  private final AetherClient client;
  private final Duration limit;
  private final Consumer<AetherException> listener;

  /**
   * Creates it.
   *
   * @param limit how long to repeat; after that, the last failure is thrown. If the outcome is
   *     unknown, the caller must not decide anything else
   * @param listener receives each failure
   */
  public RepeatUntilKnown(AetherClient client, Duration limit, Consumer<AetherException> listener) {
    this.client = client;
    this.limit = limit;
    this.listener = listener;
  }

  /**
   * Saves the same commit, with the same id, events and expected version, until its outcome is
   * known.
   *
   * @param command has a commit id chosen by the caller
   */
  public Saved save(SaveCommand command) {
    try {
      return client.save(command);
    } catch (OutcomeUnknownException unknown) {
      listener.accept(unknown);
      return call(() -> client.save(again(command)));
    }
  }

  /**
   * Waits for the outcome of a save that has already been sent, for example on a stream. While the
   * outcome is unknown, the same commit is sent again on its own.
   *
   * @param command the save that was sent, with a commit id chosen by the caller. Its order among
   *     other saves of the actor must not matter, because later saves of a stream may already be
   *     stored
   */
  public Saved outcome(SaveCommand command, CompletableFuture<Saved> sent) {
    try {
      return sent.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof AetherException failure && TEMPORARY.contains(failure.reason())) {
        listener.accept(failure);
        return call(() -> client.save(again(command)));
      }
      throw e;
    }
  }

  /** The same save, marked as a repeat. */
  private static SaveCommand again(SaveCommand command) {
    return new SaveCommand(
        command.actorId(),
        command.expected(),
        command.events(),
        command.commitId(),
        true,
        command.maxMissedEvents(),
        command.settings());
  }

  /**
   * Repeats a read, or a command whose decision depends only on the actor's state and whose commit
   * id depends only on the command and the actor's version. As long as the actor does not change,
   * such a command creates the same commit. After the actor has changed, the commit with the
   * unknown outcome is either part of its state or can no longer be stored.
   */
  public <T> T call(Supplier<T> call) {
    long endNanos = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        return call.get();
      } catch (AetherException e) {
        listener.accept(e);
        if (!TEMPORARY.contains(e.reason())
            || System.nanoTime() - endNanos > 0
            || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        client.delay(DELAY);
      }
    }
  }
}
