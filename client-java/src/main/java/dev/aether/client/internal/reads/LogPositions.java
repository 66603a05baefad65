package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import dev.aether.client.Reason;
import dev.aether.client.internal.messages.Requests;
import dev.aether.v1.PartitionPositions;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The position up to which each log has been read, which tells the commits that are new when a read
 * resumes at a cursor before them. Used by one thread at a time; it grows with the number of logs.
 *
 * <p>Positions in a log increase. They start again only if the namespace was deleted and recreated,
 * which may happen while the read is disconnected. A server that resumes at a cursor starts with
 * the first commit after it. If this commit is received again, everything up to the last one is a
 * repetition. Any other commit at a position that was already passed must have been stored later
 * than all of them.
 */
public final class LogPositions {

  /**
   * A commit.
   *
   * @param position position in the partition
   * @param storedAt when it was stored; null if unknown
   * @param id its id, or the id of its first event
   */
  public record Mark(long position, @Nullable Instant storedAt, String id) {
    private boolean mayBeStoredAfter(Mark other) {
      return storedAt == null || other.storedAt == null || storedAt.isAfter(other.storedAt);
    }
  }

  private record Log(String namespace, int partition) {}

  private static final class Place {
    /** The first commit after the cursor; null if there is none yet. */
    private @Nullable Mark first;

    private Mark last;

    /** Nothing has been received from this log since the read resumed. */
    private boolean resumed;

    /** The commits that this log delivers now have been delivered before. */
    private boolean again;

    Place(Mark first) {
      this.first = first;
      this.last = first;
    }
  }

  private final Map<Log, Place> places = new HashMap<>();

  /** Records that the read resumes at the cursor. */
  public void resumed() {
    for (Place place : places.values()) {
      place.resumed = true;
      place.again = false;
    }
  }

  /**
   * Records a cursor: it is a position after all commits so far, except in logs from which nothing
   * has been received yet.
   */
  public void cursor() {
    for (Place place : places.values()) {
      if (!place.resumed && !place.again) {
        place.first = null;
      }
    }
  }

  /** Whether commits are being received that were already delivered. */
  public boolean isRepeating() {
    return places.values().stream().anyMatch(place -> place.again);
  }

  /** Whether commits are, or may yet be, received that were already delivered. */
  boolean mayRepeat() {
    return places.values().stream()
        .anyMatch(place -> place.again || place.resumed && place.first != null);
  }

  /** Records that a namespace was deleted: its positions start again. */
  public void deleted(String namespace) {
    places.keySet().removeIf(log -> log.namespace().equals(namespace));
  }

  /** By namespace, the positions of the last commits of the logs that are ahead of the cursor. */
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
              positions.putStoredAt(log.partition(), Requests.timestamp(storedAt).build());
            }
          }
        });
    Map<String, PartitionPositions> built = new TreeMap<>();
    ahead.forEach((namespace, positions) -> built.put(namespace, positions.build()));
    return built;
  }

  /**
   * Records a commit, and advances to it if it is new.
   *
   * @return whether it is new
   * @throws AetherException if positions do not increase
   */
  public boolean advance(String namespace, int partition, Mark mark) {
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
