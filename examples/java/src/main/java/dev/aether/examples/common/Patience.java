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
 * Asks on, longer than a call's deadline, while nobody can answer. For any number of threads.
 *
 * <p>A save whose outcome is unknown may be stored, now or later. So nothing else may be decided:
 * the very same commit is sent again until it is answered as stored or as refused.
 */
public final class Patience {
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** What passes by itself. */
  private static final Set<Reason> PASSING =
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
   * @param limit how long to ask on; afterwards the last failure is the caller's, who still must
   *     not decide anything else where the outcome is unknown
   * @param listener hears each failure
   */
  public Patience(AetherClient client, Duration limit, Consumer<AetherException> listener) {
    this.client = client;
    this.limit = limit;
    this.listener = listener;
  }

  /**
   * Saves one and the same commit until its outcome is known: the same id, events and expectation.
   *
   * @param command with a commit id of the caller's
   */
  public Saved save(SaveCommand command) {
    try {
      return client.save(command);
    } catch (OutcomeUnknownException unknown) {
      listener.accept(unknown);
      return ask(() -> client.save(again(command)));
    }
  }

  /**
   * The outcome of a save that was sent already, such as one of a stream's: while it has none, the
   * same commit is sent again by itself.
   *
   * @param command what was sent, with a commit id of the caller's. Its place among other saves of
   *     the actor must not matter: later ones of a stream may be stored by now
   */
  public Saved outcome(SaveCommand command, CompletableFuture<Saved> sent) {
    try {
      return sent.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof AetherException failure && PASSING.contains(failure.reason())) {
        listener.accept(failure);
        return ask(() -> client.save(again(command)));
      }
      throw e;
    }
  }

  /** The very same, said to be sent before. */
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
   * Repeats a read, or a command to an actor whose decision follows from the actor's state and
   * whose commit id from the command and the actor's version. Such a command makes the very same
   * commit while the actor is where it was; and once the actor moved on, the commit whose outcome
   * was unknown is part of its state, or can't be stored any more.
   */
  public <T> T ask(Supplier<T> call) {
    long endNanos = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        return call.get();
      } catch (AetherException e) {
        listener.accept(e);
        if (!PASSING.contains(e.reason())
            || System.nanoTime() - endNanos > 0
            || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        client.delay(PAUSE);
      }
    }
  }
}
