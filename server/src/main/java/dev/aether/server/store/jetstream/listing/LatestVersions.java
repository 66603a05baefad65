package dev.aether.server.store.jetstream.listing;

import dev.aether.server.codec.CorruptRecordException;
import dev.aether.server.store.jetstream.format.CommitMessages;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.read.ActorLog;
import dev.aether.server.store.jetstream.wire.BatchReader;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the latest versions of many actors of one log from their last messages. Any replica is
 * asked first; the leader is asked for what the replica does not have or what is not recent enough.
 * For one use.
 */
final class LatestVersions {
  /**
   * This many subjects fit a request of 1 MiB, however long they are, and their bodies fit a page.
   */
  private static final int MAX_SUBJECTS_PER_REQUEST = 250;

  private static final int SCAN_COMMITS = 1000;
  private static final int SCAN_BYTES = 1024 * 1024;

  private final JetStreamApi api;
  private final BatchReader batches;
  private final LogStream stream;
  private final long notBefore;
  private final Function<String, ActorLog> actors;
  private final Map<String, Long> versions = new HashMap<>();

  /**
   * @param notBefore a replica that has not reached this sequence lags
   * @param actors the actor of a subject
   */
  LatestVersions(
      JetStreamApi api,
      BatchReader batches,
      LogStream stream,
      long notBefore,
      Function<String, ActorLog> actors) {
    this.api = api;
    this.batches = batches;
    this.stream = stream;
    this.notBefore = notBefore;
    this.actors = actors;
  }

  /**
   * Reads the versions of the actors of these subjects. An actor without messages is left out. If
   * the last message cannot be decoded, the version is the latest one that can be, or 0.
   */
  CompletableFuture<Map<String, Long>> of(List<String> subjects) {
    CompletableFuture<@Nullable Void> done = CompletableFuture.completedFuture(null);
    for (int from = 0; from < subjects.size(); from += MAX_SUBJECTS_PER_REQUEST) {
      List<String> some =
          subjects.subList(from, Math.min(subjects.size(), from + MAX_SUBJECTS_PER_REQUEST));
      done = done.thenCompose(before -> some(some));
    }
    return done.thenApply(all -> versions);
  }

  private CompletableFuture<@Nullable Void> some(List<String> subjects) {
    if (subjects.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return batches
        .last(stream, subjects)
        .thenCompose(
            found ->
                found.messages().isEmpty() || isBehind(found)
                    ? eachFromLeader(subjects)
                    : take(found.messages()).thenCompose(taken -> some(without(subjects, found))));
  }

  private boolean isBehind(BatchReader.Last found) {
    return stream.hasFollowers() && found.upTo() < notBefore;
  }

  private static List<String> without(List<String> subjects, BatchReader.Last found) {
    Set<String> left = new HashSet<>(subjects);
    found.messages().forEach(message -> left.remove(message.subject()));
    return List.copyOf(left);
  }

  /** Sends one request after another: a lagging replica is rare, and the leader has other work. */
  private CompletableFuture<@Nullable Void> eachFromLeader(List<String> subjects) {
    CompletableFuture<@Nullable Void> done = CompletableFuture.completedFuture(null);
    for (String subject : subjects) {
      done =
          done.thenCompose(before -> api.last(stream, subject))
              .thenCompose(last -> take(last.map(List::of).orElse(List.of())));
    }
    return done;
  }

  private CompletableFuture<@Nullable Void> take(List<StoredMessage> messages) {
    List<CompletableFuture<@Nullable Void>> damaged = new ArrayList<>();
    for (StoredMessage message : messages) {
      OptionalLong version = version(message);
      if (version.isPresent()) {
        put(message.subject(), version.getAsLong());
      } else {
        damaged.add(scan(message.subject(), 1, message.sequence(), 0));
      }
    }
    return CompletableFuture.allOf(damaged.toArray(CompletableFuture<?>[]::new));
  }

  private void put(String subject, long version) {
    synchronized (versions) {
      versions.put(subject, version);
    }
  }

  private static OptionalLong version(StoredMessage message) {
    try {
      return OptionalLong.of(CommitMessages.header(message).lastVersion());
    } catch (CorruptRecordException e) {
      return OptionalLong.empty();
    }
  }

  /** Reads all of an actor's messages up to the damaged one. */
  private CompletableFuture<@Nullable Void> scan(String subject, long from, long to, long highest) {
    return actors
        .apply(subject)
        .messagesFrom(from, SCAN_COMMITS, SCAN_BYTES)
        .thenCompose(
            messages -> {
              long highestNow = highest;
              for (StoredMessage message : messages) {
                highestNow = Math.max(highestNow, version(message).orElse(0));
              }
              long last = messages.get(messages.size() - 1).sequence();
              if (last < to) {
                return scan(subject, last + 1, to, highestNow);
              }
              put(subject, highestNow);
              return CompletableFuture.completedFuture(null);
            });
  }
}
