package dev.aether.server.store.jetstream.read;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.util.List;

/**
 * Holds the commits that a reading brings against each other: versions have no gap, so where one is
 * missing between two commits, or before the first, it was trimmed or deleted meanwhile. Around a
 * record that can't be decoded nothing is known. Not for several threads at once.
 */
final class GapCheck {
  private final ActorId actor;
  private final boolean backwards;

  /** The version that the next commit must hold; 0: not known. */
  private long next;

  GapCheck(ActorId actor, boolean backwards) {
    this.actor = actor;
    this.backwards = backwards;
  }

  /**
   * Says which version must come next; 0: that is not known. Commits that come before it in the
   * order asked for may come, and are passed over.
   */
  void expect(long version) {
    next = version;
  }

  /**
   * Takes the next commits, in the order asked for.
   *
   * @throws StoreException with reason HISTORY_TRIMMED if there is a gap before one of them
   */
  void follow(List<LogEntry> entries) {
    for (LogEntry entry : entries) {
      if (entry instanceof LogEntry.StoredCommit stored) {
        follow(stored.commit().getFirstVersion(), stored.commit().getLastVersion());
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
   * Goes on only if the commits reached the end of what was asked for.
   *
   * @param last version asked for, in the order asked for; 0: whatever there was is enough
   * @throws StoreException with reason HISTORY_TRIMMED if older ones are missing
   * @throws JetStreamFailure if newer ones are: what the leader said is there was deleted meanwhile
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

  /** For a reading that would otherwise look whole. */
  static JetStreamFailure notFound() {
    return JetStreamFailure.notDelivered("commits that there are were not found");
  }
}
