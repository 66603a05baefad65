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
 * The logs of one subscription: where it stands in each, and which of them may have something for
 * it, so that the loop looks at these and no others. Belongs to the subscription's loop, but for
 * {@link #ready}.
 */
final class SubscriptionLogs {
  private final NavigableMap<Cursor.LogKey, LogProgress> sources = new TreeMap<>();

  /** Each log at most once, in the order in which something came. */
  private final Queue<LogProgress> ready = new ConcurrentLinkedQueue<>();

  /** Logs whose head, as it was when the subscription began, was not reached yet. */
  private final Set<LogProgress> behind = new HashSet<>();

  /**
   * The cursor's places in logs that this node did not meet: deleted ones, or such that a registry
   * that lags does not know yet.
   */
  private final Map<Cursor.LogKey, Mark> unmet;

  /**
   * @param start where the subscription begins
   */
  SubscriptionLogs(Cursor start) {
    unmet = new HashMap<>(start.positions());
  }

  boolean has(LogId log) {
    return sources.containsKey(Cursor.LogKey.of(log));
  }

  /** Adds a log that is not there yet. */
  void add(LogProgress source) {
    Cursor.LogKey key = Cursor.LogKey.of(source.log());
    sources.put(key, source);
    unmet.remove(key);
    if (!source.isCaughtUp()) {
      behind.add(source);
    }
  }

  /** Takes the logs of an incarnation of a namespace away. Returns them. */
  List<LogProgress> remove(String incarnation) {
    Map<Cursor.LogKey, LogProgress> ofIncarnation =
        sources.subMap(
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
    return sources.values();
  }

  /** Says that a log may have something. From any thread, after it is there to be found. */
  void ready(LogProgress source) {
    if (source.ready.compareAndSet(false, true)) {
      ready.add(source);
    }
  }

  /**
   * The next log that may have something; null if none has. What comes to it from now on makes it
   * ready again.
   */
  @Nullable LogProgress poll() {
    LogProgress next = ready.poll();
    if (next != null) {
      next.ready.set(false);
    }
    return next;
  }

  /** Takes note that the subscription got on in a log. */
  void moved(LogProgress source) {
    if (source.isCaughtUp()) {
      behind.remove(source);
    }
  }

  /** Whether the heads of all logs were reached, as they were when the subscription began. */
  boolean areCaughtUp() {
    return behind.isEmpty();
  }

  /** Whether a cursor is small enough for every frame. */
  boolean isCursorSmall() {
    return sources.size() + unmet.size() <= Cursor.SMALL_LOGS;
  }

  /** The cursor for a frame that goes out now. */
  Cursor outgoingCursor() {
    Map<Cursor.LogKey, Mark> positions = new TreeMap<>(unmet);
    sources.forEach(
        (key, source) -> {
          source.inCursor = true;
          positions.put(key, source.mark);
        });
    return new Cursor(positions);
  }

  /** Lets go of what the cursor said of logs that were not met. */
  void forgetUnmet() {
    unmet.clear();
  }
}
