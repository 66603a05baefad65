package dev.aether.server.store.jetstream.cache;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Determines which commits of a log are too old to be the duplicate of a save that arrives now. For
 * each log it records which sequence the log had reached at which time, by this node's monotonic
 * clock. A commit that was in the log before the window began was stored before then. No wall clock
 * is used, neither this node's nor that of NATS, and whatever is not known counts as recent.
 * Thread-safe.
 */
public final class CommitAges {
  /**
   * A save is recognised as a duplicate if it arrives at most this long after its repeat was
   * stored: the two minutes of the contract, plus the longest time that a save may take on this
   * server, plus a margin.
   */
  public static final Duration WINDOW = Duration.ofSeconds(150);

  /** The distance between two marks of a log. A commit may count as recent for this much longer. */
  private static final Duration STEP = Duration.ofSeconds(10);

  private static final int MARKS = (int) (WINDOW.toSeconds() / STEP.toSeconds()) + 2;

  /**
   * How many logs are tracked; each takes about 600 bytes. The least recently used is evicted
   * first.
   */
  private static final int MAX_LOGS = 16_384;

  private final LongSupplier nanoTime;
  private final Map<String, Marks> logs =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Marks> eldest) {
          return size() > MAX_LOGS;
        }
      };

  public CommitAges() {
    this(System::nanoTime);
  }

  /**
   * @param nanoTime a clock such as {@link System#nanoTime}
   */
  public CommitAges(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Notes that the stream has a message at this sequence. */
  public synchronized void reached(String stream, long sequence) {
    if (sequence > 0) {
      logs.computeIfAbsent(stream, name -> new Marks()).reached(sequence, nanoTime.getAsLong());
    }
  }

  /**
   * Notes that the stream has just stored a message at this sequence. If it already had that
   * sequence before the window began, it has since lost its newest messages and assigns their
   * sequences again.
   *
   * @return false in that case; all ages of the stream are forgotten
   */
  public synchronized boolean stored(String stream, long sequence) {
    boolean isReassigned = sequence <= tooOld(stream);
    if (isReassigned) {
      logs.remove(stream);
    }
    reached(stream, sequence);
    return !isReassigned;
  }

  /** Commits up to this sequence were stored before the window began; 0: none is known to be. */
  public synchronized long tooOld(String stream) {
    Marks marks = logs.get(stream);
    return marks == null ? 0 : marks.at(nanoTime.getAsLong() - WINDOW.toNanos());
  }

  /** Forgets a stream, whose state may have changed. */
  public synchronized void forget(String stream) {
    logs.remove(stream);
  }

  /** Forgets all streams, whose state may have changed. */
  public synchronized void forgetAll() {
    logs.clear();
  }

  /** The sequences that a log had reached at several times. */
  private static final class Marks {
    /** A ring buffer; {@link #next} is the oldest entry. */
    private final long[] times = new long[MARKS];

    /** 0: no mark. */
    private final long[] sequences = new long[MARKS];

    private int next;
    private long highest;
    private long highestAt;

    public void reached(long sequence, long now) {
      if (sequence <= highest) {
        return;
      }
      int last = Math.floorMod(next - 1, MARKS);
      if (highest > 0 && (sequences[last] == 0 || highestAt - times[last] >= STEP.toNanos())) {
        times[next] = highestAt;
        sequences[next] = highest;
        next = (next + 1) % MARKS;
      }
      highest = sequence;
      highestAt = now;
    }

    /** The highest sequence that the log is known to have had at a time; 0: none. */
    long at(long time) {
      if (highestAt - time <= 0) {
        return highest;
      }
      long reached = 0;
      for (int i = 0; i < MARKS; i++) {
        if (sequences[i] > reached && times[i] - time <= 0) {
          reached = sequences[i];
        }
      }
      return reached;
    }
  }
}
