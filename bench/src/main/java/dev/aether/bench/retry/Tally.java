package dev.aether.bench.retry;

import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Counts what all writers of a run do. Thread-safe. */
final class Tally {
  private static final int SIGNIFICANT_DIGITS = 3;

  private final AtomicLong attempts = new AtomicLong();
  private final AtomicLong gaveUp = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final Recorder untilSaved = new Recorder(SIGNIFICANT_DIGITS);
  private final Recorder callers = new Recorder(SIGNIFICANT_DIGITS);

  void attempt() {
    attempts.incrementAndGet();
  }

  void saved(long begunNanos) {
    untilSaved.recordValue(System.nanoTime() - begunNanos);
  }

  /** How long the callers of saves were blocked, whatever the outcome. */
  void callerWaited(long begunNanos) {
    callers.recordValue(System.nanoTime() - begunNanos);
  }

  void gaveUp() {
    gaveUp.incrementAndGet();
  }

  /** Saves that were not tried: the breaker was open, or the queue was full. */
  void refused() {
    refused.incrementAndGet();
  }

  Figures figures(double seconds) {
    Histogram saved = untilSaved.getIntervalHistogram();
    return new Figures(
        saved.getTotalCount(),
        seconds,
        saved.getValueAtPercentile(50) / 1e6,
        saved.getValueAtPercentile(99) / 1e6,
        callers.getIntervalHistogram().getValueAtPercentile(50) / 1e6,
        attempts.get(),
        gaveUp.get(),
        refused.get());
  }
}
