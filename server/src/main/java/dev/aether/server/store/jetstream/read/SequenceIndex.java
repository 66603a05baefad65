package dev.aether.server.store.jetstream.read;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The sequences of an actor's messages, determined by reading all of them. Used if a damaged record
 * breaks the actor's skip pointers.
 */
final class SequenceIndex {
  /** A damaged actor with more messages cannot be read backwards. */
  private static final int MAX_MESSAGES = 1_000_000;

  private static final int PAGE_COMMITS = 1000;
  private static final int PAGE_BYTES = 1024 * 1024;

  private final long[] sequences;

  private SequenceIndex(List<Long> sequences) {
    this.sequences = sequences.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Scans the actor's messages between two sequences, both inclusive.
   *
   * @param damage the future fails with this if there are too many messages
   */
  static CompletableFuture<SequenceIndex> scan(
      ActorLog actor, long from, long to, Throwable damage) {
    return scan(actor, from, to, damage, new ArrayList<>());
  }

  private static CompletableFuture<SequenceIndex> scan(
      ActorLog actor, long from, long to, Throwable damage, List<Long> into) {
    if (from > to) {
      return CompletableFuture.completedFuture(new SequenceIndex(into));
    }
    if (into.size() > MAX_MESSAGES) {
      return CompletableFuture.failedFuture(damage);
    }
    return actor
        .messagesFrom(from, PAGE_COMMITS, PAGE_BYTES)
        .thenCompose(
            messages -> {
              messages.forEach(message -> into.add(message.sequence()));
              return scan(actor, into.get(into.size() - 1) + 1, to, damage, into);
            });
  }

  /**
   * The oldest of the {@code count} newest messages at or before a sequence; 0 if there is none.
   */
  long before(long sequence, int count) {
    int found = Arrays.binarySearch(sequences, sequence);
    int end = found >= 0 ? found + 1 : -found - 1;
    return end == 0 ? 0 : sequences[Math.max(0, end - count)];
  }
}
