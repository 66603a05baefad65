package dev.aether.server.event;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A reader's position: for each log that it has started to read, the mark of the last commit that
 * it has handled. A log without a mark is read from its beginning.
 */
public record Cursor(Map<LogKey, Mark> positions) {
  /**
   * The cursor of a reader of at most this many logs is small enough to be sent in every frame,
   * next to a commit of any size. A larger cursor is sent in a frame of its own.
   */
  public static final int SMALL_LOGS = 8;

  /** The cursor of a reader that has read nothing. */
  public static final Cursor BEGINNING = new Cursor(Map.of());

  /** Identifies a log by incarnation and partition; the incarnation identifies the namespace. */
  public record LogKey(String incarnation, int partition) implements Comparable<LogKey> {
    public static LogKey of(LogId log) {
      return new LogKey(log.incarnation(), log.partition());
    }

    @Override
    public int compareTo(LogKey other) {
      int byIncarnation = incarnation.compareTo(other.incarnation);
      return byIncarnation != 0 ? byIncarnation : Integer.compare(partition, other.partition);
    }
  }

  public Cursor {
    positions = Collections.unmodifiableMap(new TreeMap<>(positions));
  }

  /** Whether the reader has started to read the log. */
  public boolean has(LogId log) {
    return positions.containsKey(LogKey.of(log));
  }

  /** The mark of the last commit handled in the log. */
  public Mark in(LogId log) {
    return positions.getOrDefault(LogKey.of(log), Mark.NONE);
  }
}
