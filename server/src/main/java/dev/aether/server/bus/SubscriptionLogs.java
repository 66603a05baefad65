package dev.aether.server.bus;

import dev.aether.server.event.Cursor;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The logs of one subscription: how far each is read, and which of them may have new records, so
 * that the loop looks only at those. Used only on the subscription's loop, except for {@link
 * #ready}.
 */
final class SubscriptionLogs {
  private final NavigableMap<Cursor.LogKey, LogProgress> logs = new TreeMap<>();

  /** Logs that may have new records, each at most once, in the order in which these arrived. */
  private final Queue<LogProgress> ready = new ConcurrentLinkedQueue<>();

  /** Logs that are not caught up. */
  private final Set<LogProgress> behind = new HashSet<>();

  /**
   * The start cursor's positions in logs that this node has not found: those of deleted namespaces,
   * and those that a registry that lags behind does not know yet.
   */
  private final Map<Cursor.LogKey, Mark> notFound;

  /**
   * @param start the cursor where the subscription begins
   */
  SubscriptionLogs(Cursor start) {
    notFound = new HashMap<>(start.positions());
  }

  boolean has(LogId log) {
    return logs.containsKey(Cursor.LogKey.of(log));
  }

  /** Adds a log, which must not be present. */
  void add(LogProgress log) {
    Cursor.LogKey key = Cursor.LogKey.of(log.id());
    logs.put(key, log);
    notFound.remove(key);
    if (!log.isCaughtUp()) {
      behind.add(log);
    }
  }

  /** Removes and returns the logs of an incarnation of a namespace. */
  List<LogProgress> remove(String incarnation) {
    Map<Cursor.LogKey, LogProgress> ofIncarnation =
        logs.subMap(
            new Cursor.LogKey(incarnation, 0),
            true,
            new Cursor.LogKey(incarnation, Integer.MAX_VALUE),
            true);
    List<LogProgress> gone = List.copyOf(ofIncarnation.values());
    ofIncarnation.clear();
    gone.forEach(behind::remove);
    return gone;
  }

  Collection<LogProgress> all() {
    return logs.values();
  }

  /** Queues a log that may have new records. Call it on any thread, after they can be read. */
  void ready(LogProgress log) {
    if (log.ready.compareAndSet(false, true)) {
      ready.add(log);
    }
  }

  /**
   * Removes the next log that may have new records from the queue; null if there is none. Records
   * that arrive from now on queue it again.
   */
  @Nullable LogProgress poll() {
    LogProgress next = ready.poll();
    if (next != null) {
      next.ready.set(false);
    }
    return next;
  }

  /** Call it after a log's position has moved. */
  void moved(LogProgress log) {
    if (log.isCaughtUp()) {
      behind.remove(log);
    }
  }

  /** Whether all logs have been read up to where their heads were when the subscription began. */
  boolean areCaughtUp() {
    return behind.isEmpty();
  }

  /** Whether the cursor is small enough to be sent in every frame. */
  boolean isCursorSmall() {
    return logs.size() + notFound.size() <= Cursor.SMALL_LOGS;
  }

  /** The current cursor, for a frame that is sent now. */
  Cursor cursorToSend() {
    Map<Cursor.LogKey, Mark> positions = new TreeMap<>(notFound);
    logs.forEach(
        (key, log) -> {
          log.inCursor = true;
          positions.put(key, log.mark);
        });
    return new Cursor(positions);
  }

  /** Drops the start cursor's positions in logs that were not found. */
  void forgetNotFound() {
    notFound.clear();
  }
}
