package dev.aether.server.store.jetstream.read;

import dev.aether.server.event.StoreException;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.jetstream.format.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Reads pages of an actor's commits from its stream, oldest first. */
final class ForwardPages {
  private static final int PAGE_COMMITS = 256;
  private static final int PAGE_BYTES = 1024 * 1024;

  private final ActorLog actor;
  private final ReadBounds bounds;
  private final GapCheck gapCheck;

  ForwardPages(ActorLog actor, ReadBounds bounds, GapCheck gapCheck) {
    this.actor = actor;
    this.bounds = bounds;
    this.gapCheck = gapCheck;
  }

  /**
   * Reads the next page; the bounds must not be empty.
   *
   * @param lastVersion the version that a complete read ends with; 0: any
   */
  CompletableFuture<List<LogEntry>> next(long lastVersion) {
    return actor
        .messagesFrom(bounds.fromSequence, PAGE_COMMITS, PAGE_BYTES)
        .thenApply(
            messages -> {
              List<LogEntry> entries = entries(messages);
              bounds.fromSequence = messages.get(messages.size() - 1).sequence() + 1;
              gapCheck.follow(entries);
              if (bounds.isEmpty()) {
                gapCheck.checkReached(lastVersion);
              }
              if (entries.isEmpty()) {
                throw GapCheck.notFound();
              }
              return entries;
            });
  }

  /**
   * Decodes the messages, and inserts an entry for each missing record that a later one names. The
   * range ends at a record of the actor, which is missing if a message after it comes instead.
   *
   * @throws StoreException with reason HISTORY_TRIMMED if that loss was accepted
   */
  private List<LogEntry> entries(List<StoredMessage> messages) {
    List<LogEntry> entries = new ArrayList<>();
    long next = bounds.fromSequence;
    for (StoredMessage message : messages) {
      boolean isAfterRange = message.sequence() > bounds.toSequence;
      long before = isAfterRange ? bounds.toSequence : actor.before(message);
      if (before >= next && !actor.damage().isTrimmed(before)) {
        entries.add(ActorDamage.entry(actor.damage().missing(before)));
      } else if (before >= next && isAfterRange) {
        throw StoreException.historyTrimmed(
            actor.actor(), actor.located(message).header().firstVersion());
      }
      if (isAfterRange) {
        return entries;
      }
      entries.add(actor.entry(message));
      next = message.sequence() + 1;
    }
    return entries;
  }
}
