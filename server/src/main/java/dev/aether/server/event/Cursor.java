package dev.aether.server.event;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a reader stands: for each log that it began to read, the mark of the last commit it
 * handled. Logs that are not in it are read from their beginning.
 */
public record Cursor(Map<LogKey, Mark> positions) {
  /**
   * A cursor over so few logs is small enough to go with every frame, beside any commit. A larger
   * one goes in a frame of its own.
   */
  public static final int SMALL_LOGS = 8;

  /** Nothing was read. */
  public static final Cursor BEGINNING = new Cursor(Map.of());

  /** A log, without its namespace's name: the incarnation says which. */
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

  /** Whether the reader began to read the log. */
  public boolean has(LogId log) {
    return positions.containsKey(LogKey.of(log));
  }

  /** The last commit handled in the log. */
  public Mark in(LogId log) {
    return positions.getOrDefault(LogKey.of(log), Mark.NONE);
  }
}
