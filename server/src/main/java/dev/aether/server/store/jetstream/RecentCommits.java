package dev.aether.server.store.jetstream;

import dev.aether.server.event.CommitId;
import dev.aether.server.event.Limits;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/**
 * Which commits of an actor a lane of saves has lately seen, all in a row: so that a save that
 * waited in it learns without a read whether one of them is its own repeat's. Bounded. Belongs to
 * the lane, and so to one thread at a time.
 */
final class RecentCommits {
  private static final int MAX_COMMITS = 2 * Limits.REPEATS_AMONG_COMMITS;

  /** Hashes of the ids of the commits numbered {@code to - size + 1} to {@code to}. */
  private final Deque<Integer> hashes = new ArrayDeque<>(0);

  private long to;
  private String subject = "";

  /** Whose commits follow: those of another making of the namespace are others. */
  void of(String actor) {
    if (!subject.equals(actor)) {
      subject = actor;
      hashes.clear();
      to = 0;
    }
  }

  /** A commit was stored here, or read. */
  void saw(long number, String commitId) {
    if (number > to - hashes.size() && number <= to) {
      return;
    }
    if (number != to + 1) {
      hashes.clear();
    }
    hashes.add(commitId.hashCode());
    to = number;
    if (hashes.size() > MAX_COMMITS) {
      hashes.remove();
    }
  }

  /** The number after which it knows commits; the largest there is if it knows none. */
  long start() {
    return hashes.isEmpty() ? Long.MAX_VALUE : to - hashes.size();
  }

  /** Whether it knows all commits after a number up to another. */
  boolean covers(long after, long upTo) {
    return after >= upTo || (after >= to - hashes.size() && upTo <= to);
  }

  /** The first of the commits after a number that may have an id; empty is certain. */
  OptionalLong find(CommitId commitId, long after) {
    int hash = commitId.value().hashCode();
    long number = to - hashes.size();
    for (int known : hashes) {
      if (++number > after && known == hash) {
        return OptionalLong.of(number);
      }
    }
    return OptionalLong.empty();
  }
}
