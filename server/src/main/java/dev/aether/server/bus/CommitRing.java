package dev.aether.server.bus;

import dev.aether.server.event.Mark;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The latest records of one log without a gap: all records after the mark {@code from}, up to the
 * mark {@code to}. Not thread-safe: guarded by its feed.
 */
final class CommitRing {
  /** Oldest first; the elements before {@code head} were evicted. */
  private final List<@Nullable SharedCommit> records = new ArrayList<>();

  private int head;
  private Mark from;
  private Mark to;

  /**
   * @param after the mark after which the first record comes
   */
  CommitRing(Mark after) {
    from = after;
    to = after;
  }

  /** Adds a record, which must be the one after {@link #to}. */
  void add(SharedCommit record) {
    records.add(record);
    to = record.mark();
  }

  /** The latest record that was added. */
  Mark to() {
    return to;
  }

  /** Evicts the oldest record. Returns its size in bytes; 0 if the ring is empty. */
  int evictOldest() {
    if (head == records.size()) {
      return 0;
    }
    SharedCommit oldest = records.set(head++, null);
    if (oldest == null) {
      throw new IllegalStateException("evicted twice");
    }
    from = oldest.mark();
    if (head > records.size() / 2) {
      records.subList(0, head).clear();
      head = 0;
    }
    return oldest.bytes();
  }

  /**
   * The records after a position: about {@code maxBytes}, but at least one if there is any.
   *
   * @return empty if the ring no longer has all records after the position
   */
  Optional<List<SharedCommit>> after(long position, int maxBytes) {
    if (position < from.position()) {
      return Optional.empty();
    }
    List<SharedCommit> found = new ArrayList<>();
    int bytes = 0;
    for (int i = firstAfter(position); i < records.size() && bytes < maxBytes; i++) {
      SharedCommit record = records.get(i);
      if (record != null) {
        found.add(record);
        bytes += record.bytes();
      }
    }
    return Optional.of(found);
  }

  /** Whether the ring has another record than the marked one at its position. */
  boolean contradicts(Mark mark) {
    int index = firstAfter(mark.position()) - 1;
    SharedCommit last = index < head ? null : records.get(index);
    return last == null ? from.contradicts(mark) : last.mark().contradicts(mark);
  }

  /** The index of the first record after a position, by binary search. */
  private int firstAfter(long position) {
    int low = head;
    int high = records.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      SharedCommit record = records.get(middle);
      if (record != null && record.position() <= position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
