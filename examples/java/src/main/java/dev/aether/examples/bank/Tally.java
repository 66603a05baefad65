package dev.aether.examples.bank;

import dev.aether.client.AetherException;
import dev.aether.client.Reason;
import dev.aether.client.retry.Attempt;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what the clients met. For any number of threads. */
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

  /** Something was wanted again that the account had seen. */
  void seenBefore() {
    repeats.incrementAndGet();
  }

  @Override
  public String toString() {
    return """
           %,d saves; %,d conflicts, each decided again; %,d outcomes unknown, each asked for until known
           %,d answered as stored before; %,d wanted again and known to the account"""
        .formatted(saves.get(), conflicts.get(), unknowns.get(), replays.get(), repeats.get());
  }
}
