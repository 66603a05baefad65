package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import dev.aether.client.Reason;
import dev.aether.client.internal.messages.Messages;
import dev.aether.v1.PartitionPositions;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far each log has been read, and so which commits are new when a read goes on at a cursor that
 * stands before them. Used by one thread at a time; it grows with the number of logs read.
 *
 * <p>Positions of a log rise. They begin anew only when its namespace was deleted and made again,
 * which may happen while nobody listens. A server that goes on at the cursor begins with the first
 * commit after it, so that this commit, met again, tells that all up to the last one are met again;
 * a commit that is none of these, at a position that was passed, must have been stored later than
 * all of them.
 */
public final class LogPositions {

  /**
   * A commit.
   *
   * @param position place in the partition
   * @param storedAt when it was stored; null: not known
   * @param id its name, or its first event's
   */
  public record Mark(long position, @Nullable Instant storedAt, String id) {
    private boolean mayBeStoredAfter(Mark other) {
      return storedAt == null || other.storedAt == null || storedAt.isAfter(other.storedAt);
    }
  }

  private record Log(String namespace, int partition) {}

  private static final class Place {
    /** The first commit after the cursor; null: none came yet. */
    private @Nullable Mark first;

    private Mark last;

    /** Nothing came of this log since the read went on. */
    private boolean resumed;

    /** What comes of this log was handed on already. */
    private boolean again;

    Place(Mark first) {
      this.first = first;
      this.last = first;
    }
  }

  private final Map<Log, Place> places = new HashMap<>();

  /** The read goes on at the cursor. */
  public void resumed() {
    for (Place place : places.values()) {
      place.resumed = true;
      place.again = false;
    }
  }

  /** A cursor came: it stands after all commits so far, but for logs of which nothing came yet. */
  public void cursor() {
    for (Place place : places.values()) {
      if (!place.resumed && !place.again) {
        place.first = null;
      }
    }
  }

  /** Whether commits come that were handed on already. */
  public boolean isRepeating() {
    return places.values().stream().anyMatch(place -> place.again);
  }

  /** Whether commits may come, or come, that were handed on already. */
  boolean mayRepeat() {
    return places.values().stream()
        .anyMatch(place -> place.again || place.resumed && place.first != null);
  }

  /** A namespace was deleted: its positions begin anew. */
  public void deleted(String namespace) {
    places.keySet().removeIf(log -> log.namespace().equals(namespace));
  }

  /** Namespace → positions of the last commits of those logs that are ahead of the cursor. */
  public Map<String, PartitionPositions> ahead() {
    Map<String, PartitionPositions.Builder> ahead = new TreeMap<>();
    places.forEach(
        (log, place) -> {
          if (place.first != null) {
            PartitionPositions.Builder positions =
                ahead.computeIfAbsent(log.namespace(), name -> PartitionPositions.newBuilder());
            positions.putPositions(log.partition(), place.last.position());
            Instant storedAt = place.last.storedAt();
            if (storedAt != null) {
              positions.putStoredAt(log.partition(), Messages.timestamp(storedAt).build());
            }
          }
        });
    Map<String, PartitionPositions> built = new TreeMap<>();
    ahead.forEach((namespace, positions) -> built.put(namespace, positions.build()));
    return built;
  }

  /**
   * Takes note of a commit.
   *
   * @return whether it is new
   * @throws AetherException if positions don't rise
   */
  public boolean isNew(String namespace, int partition, Mark mark) {
    Place place = places.get(new Log(namespace, partition));
    if (place == null) {
      places.put(new Log(namespace, partition), new Place(mark));
      return true;
    }
    boolean resumed = place.resumed;
    place.resumed = false;
    if (mark.position() > place.last.position()) {
      place.again = false;
      place.first = place.first == null ? mark : place.first;
      place.last = mark;
      return true;
    }
    if (place.again) {
      return false;
    }
    if (resumed && mark.equals(place.first)) {
      place.again = true;
      return false;
    }
    if (resumed && mark.mayBeStoredAfter(place.last)) {
      place.first = mark;
      place.last = mark;
      return true;
    }
    throw new AetherException(
        Reason.UNKNOWN,
        String.format(
            Locale.ROOT,
            "the server sent position %s of namespace %s, partition %d after %s",
            Long.toUnsignedString(mark.position()),
            namespace,
            partition,
            Long.toUnsignedString(place.last.position())),
        Map.of(),
        null);
  }
}
