package dev.aether.server.store.jetstream.read;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.util.List;

/**
 * Checks that the commits of a read have consecutive versions. If a version is missing before a
 * commit, it was trimmed, or deleted during the read. Around a record that cannot be decoded,
 * nothing is checked. Not thread-safe.
 */
final class GapCheck {
  private final ActorId actor;
  private final boolean backwards;

  /** The version that the next commit must contain; 0: not known. */
  private long next;

  GapCheck(ActorId actor, boolean backwards) {
    this.actor = actor;
    this.backwards = backwards;
  }

  /**
   * Sets the version that must come next; 0: not known. Commits that precede it in read order are
   * allowed and ignored.
   */
  void expect(long version) {
    next = version;
  }

  /**
   * Checks the next commits, in read order.
   *
   * @throws StoreException with reason HISTORY_TRIMMED if there is a gap before one of them
   */
  void follow(List<LogEntry> entries) {
    for (LogEntry entry : entries) {
      if (entry instanceof LogEntry.StoredCommit stored) {
        follow(stored.commit().firstVersion(), stored.commit().lastVersion());
      } else {
        next = 0;
      }
    }
  }

  private void follow(long first, long last) {
    if (next != 0 && (backwards ? last < next : first > next)) {
      throw StoreException.historyTrimmed(actor, backwards ? next + 1 : first);
    }
    if (backwards) {
      next = next == 0 ? first - 1 : Math.min(next, first - 1);
    } else {
      next = Math.max(next, last + 1);
    }
  }

  /**
   * Checks that the read reached the end of the requested range.
   *
   * @param last the last requested version, in read order; 0: any end is accepted
   * @throws StoreException with reason HISTORY_TRIMMED if older commits are missing
   * @throws JetStreamFailure if newer commits are missing: the leader reported them before, so they
   *     were deleted meanwhile
   */
  void checkReached(long last) {
    if (last == 0 || next == 0) {
      return;
    }
    if (backwards && next >= last) {
      throw StoreException.historyTrimmed(actor, next + 1);
    }
    if (!backwards && next <= last) {
      throw notFound();
    }
  }

  /** The failure of a read that would otherwise look complete. */
  static JetStreamFailure notFound() {
    return JetStreamFailure.notDelivered("existing commits were not found");
  }
}
