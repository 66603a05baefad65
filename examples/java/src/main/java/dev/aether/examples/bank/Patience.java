package dev.aether.examples.bank;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.Reason;
import dev.aether.client.SaveCommand;
import dev.aether.client.Saved;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Asks on, longer than a call's deadline, while nobody can answer.
 *
 * <p>A save whose outcome is unknown may be stored, now or later. So nothing else may be decided:
 * the very same commit is sent again (the same id, events and expectation, and {@code retry}) until
 * it is answered as stored or as refused.
 */
final class Patience {
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** The server or its store is away for a while; nothing was stored. */
  private static final Set<Reason> AWAY =
      Set.of(
          Reason.UNREACHABLE,
          Reason.STORE_UNAVAILABLE,
          Reason.OVERLOADED,
          Reason.SHUTTING_DOWN,
          Reason.DEADLINE_EXCEEDED);

  private final AetherClient client;
  private final Duration patience;
  private final Tally tally;

  /**
   * @param patience how long to ask on; afterwards the last failure is the caller's
   */
  Patience(AetherClient client, Duration patience, Tally tally) {
    this.client = client;
    this.patience = patience;
    this.tally = tally;
  }

  /**
   * Saves, and returns or throws only when the outcome is known.
   *
   * @param command with a commit id of its own
   * @throws OutcomeUnknownException when the patience is over, or the thread interrupted; the
   *     commit must still not be replaced by another
   */
  Saved save(SaveCommand command) {
    long endNanos = System.nanoTime() + patience.toNanos();
    SaveCommand next = command;
    while (true) {
      try {
        Saved saved = client.save(next);
        tally.saved(saved.replayed());
        return saved;
      } catch (OutcomeUnknownException unknown) {
        tally.outcomeUnknown();
        next = again(command);
        pauseOrThrow(endNanos, unknown);
      } catch (AetherException e) {
        pauseOrThrow(endNanos, e);
      }
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

  /** Reads, also through an outage. */
  <T> T read(Supplier<T> read) {
    long endNanos = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        return read.get();
      } catch (AetherException e) {
        pauseOrThrow(endNanos, e);
      }
    }
  }

  private void pauseOrThrow(long endNanos, AetherException e) {
    boolean passing = e instanceof OutcomeUnknownException || AWAY.contains(e.reason());
    if (!passing
        || System.nanoTime() - endNanos > 0
        || Thread.currentThread().isInterrupted()) {
      throw e;
    }
    client.delay(PAUSE);
  }
}
