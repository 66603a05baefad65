package dev.aether.server.store.jetstream.cache;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tells which commits of a log are too old to be the repeat of a save that arrives now. Remembers
 * for each log which sequences it had reached at which time of this node's own monotonic clock:
 * what the log had before the window began was stored before that. No wall clock takes part,
 * neither this node's nor NATS', and whatever is not known counts as young. For any number of
 * threads.
 */
public final class CommitAges {
  /**
   * For how long after its repeat was stored a late first sending is recognised: the contract's two
   * minutes, the longest time that a save may take on this server, and some more.
   */
  public static final Duration WINDOW = Duration.ofSeconds(150);

  /** Marks of one log are so far apart, so a commit counts as young for so much longer. */
  private static final Duration STEP = Duration.ofSeconds(10);

  private static final int MARKS = (int) (WINDOW.toSeconds() / STEP.toSeconds()) + 2;

  /**
   * Logs whose ages are known; each takes about 600 bytes. The least recently used leaves first.
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
   * @param nanoTime as {@link System#nanoTime}
   */
  public CommitAges(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** The stream has a message at this sequence. */
  public synchronized void reached(String stream, long sequence) {
    if (sequence > 0) {
      logs.computeIfAbsent(stream, name -> new Marks()).reached(sequence, nanoTime.getAsLong());
    }
  }

  /**
   * The stream has just stored a message at this sequence. If it had that sequence before the
   * window began, then it has lost its newest messages since, and gives their sequences again.
   *
   * @return false in that case; all that was known of its ages is forgotten
   */
  public synchronized boolean stored(String stream, long sequence) {
    boolean again = sequence <= tooOld(stream);
    if (again) {
      logs.remove(stream);
    }
    reached(stream, sequence);
    return !again;
  }

  /** Commits up to this sequence were stored before the window began; 0: none is known to be. */
  public synchronized long tooOld(String stream) {
    Marks marks = logs.get(stream);
    return marks == null ? 0 : marks.at(nanoTime.getAsLong() - WINDOW.toNanos());
  }

  /** What was seen of a stream does not hold any more. */
  public synchronized void forget(String stream) {
    logs.remove(stream);
  }

  /** What was seen of all streams may not hold any more. */
  public synchronized void forgetAll() {
    logs.clear();
  }

  /** How far a log had come at a few times. */
  private static final class Marks {
    /** A ring; {@link #next} is the oldest. */
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

    /** The highest sequence that it is known to have had at a time; 0 for none. */
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
