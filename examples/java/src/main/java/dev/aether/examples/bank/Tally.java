package dev.aether.examples.bank;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what the clients met. For any number of threads. */
final class Tally {
  private final AtomicLong saves = new AtomicLong();
  private final AtomicLong replays = new AtomicLong();
  private final AtomicLong unknowns = new AtomicLong();
  private final AtomicLong conflicts = new AtomicLong();
  private final AtomicLong repeats = new AtomicLong();

  void saved(boolean replayed) {
    (replayed ? replays : saves).incrementAndGet();
  }

  void outcomeUnknown() {
    unknowns.incrementAndGet();
  }

  void conflict() {
    conflicts.incrementAndGet();
  }

  /** Something was wanted again that the account had seen. */
  void seenBefore() {
    repeats.incrementAndGet();
  }

  @Override
  public String toString() {
    return """
           %d saves; %d conflicts, each decided again; %d outcomes unknown, the same commit sent again until known
           %d answered as stored before, %d wanted again and known to the account"""
        .formatted(
            saves.get(), conflicts.get(), unknowns.get(), replays.get(), repeats.get());
  }
}
