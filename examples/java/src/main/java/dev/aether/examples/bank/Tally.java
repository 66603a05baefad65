package dev.aether.examples.bank;

import dev.aether.client.AetherException;
import dev.aether.client.Reason;
import dev.aether.client.retry.Attempt;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what happened to the requests. Safe for use by many threads. */
final class Tally {
  private final AtomicLong saves = new AtomicLong();
  private final AtomicLong replays = new AtomicLong();
  private final AtomicLong unknowns = new AtomicLong();
  private final AtomicLong conflicts = new AtomicLong();
  private final AtomicLong repeats = new AtomicLong();

  void attempted(Attempt attempt) {
    if (attempt.conflict().isPresent()) {
      conflicts.incrementAndGet();
    }
  }

  void saved(boolean replayed) {
    (replayed ? replays : saves).incrementAndGet();
  }

  void failed(AetherException failure) {
    if (failure.reason() == Reason.OUTCOME_UNKNOWN) {
      unknowns.incrementAndGet();
    }
  }

  /** A request was repeated that the account had already processed. */
  void seenBefore() {
    repeats.incrementAndGet();
  }

  @Override
  public String toString() {
    return """
           %,d saves; %,d conflicts, each decided again; %,d unknown outcomes, each repeated until known
           %,d commits found already stored; %,d repeated requests recognised by the account"""
        .formatted(saves.get(), conflicts.get(), unknowns.get(), replays.get(), repeats.get());
  }
}
