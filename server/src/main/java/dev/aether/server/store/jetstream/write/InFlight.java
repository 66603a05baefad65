package dev.aether.server.store.jetstream.write;

import dev.aether.server.concurrent.SerialLoop;
import dev.aether.server.concurrent.Timers;
import java.time.Duration;

/**
 * Counts the publishes to one log that are in flight, as long as others should wait for them. If
 * none of them ends for a time, they may be lost, for example with a connection. They then no
 * longer count, although each is reported as lost only later. Used only in the log's loop.
 */
final class InFlight {
  /** Longer than a batch takes on a slow disk, and much shorter than until a publish is lost. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final Timers timers;
  private final SerialLoop loop;
  private Counts counts = new Counts();
  private boolean isWatched;

  private static final class Counts {
    int singles;
    int batches;
    long ended;
  }

  InFlight(Timers timers, SerialLoop loop) {
    this.timers = timers;
    this.loop = loop;
  }

  /** Those that could have waited for a batch. */
  int singles() {
    return counts.singles;
  }

  int batches() {
    return counts.batches;
  }

  /**
   * Counts a single publish.
   *
   * @return to be run in the loop when it has ended
   */
  Runnable single() {
    Counts counted = counts;
    counted.singles++;
    return () -> {
      counted.singles--;
      counted.ended++;
    };
  }

  /**
   * Counts a batch.
   *
   * @return to be run in the loop when it has ended
   */
  Runnable batch() {
    Counts counted = counts;
    counted.batches++;
    return () -> {
      counted.batches--;
      counted.ended++;
    };
  }

  /** To be called when others wait. Wakes the loop when they need not wait any longer. */
  void watch() {
    if (isWatched) {
      return;
    }
    isWatched = true;
    Counts watched = counts;
    long before = watched.ended;
    timers.after(
        PATIENCE,
        () ->
            loop.execute(
                () -> {
                  isWatched = false;
                  if (watched.ended == before) {
                    counts = new Counts();
                  }
                }));
  }
}
