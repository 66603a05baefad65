package dev.aether.server.cli.load;

import dev.aether.client.AsyncAetherClient;
import dev.aether.client.CommitIdReusedException;
import dev.aether.client.VersionConflictException;
import dev.aether.server.event.Exceptions;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Decides what to do with a commit: nothing if it is already in its actor's history, and otherwise
 * saves it after that history. If another client writes to the actor in the meantime, it decides
 * again with the new history.
 *
 * <p>When an actor appears for the first time, it is assumed to be new if the previous actor was.
 * The first save then expects no events; if that is refused, the history is read. This way the
 * import of a new file reads nothing, and the second import of a file saves nothing.
 *
 * <p>Called on the loop thread, and for one commit of an actor at a time.
 */
final class CommitWriter {
  /** The most conflicts in a row; more mean that another client keeps writing to this actor. */
  static final int MAX_CONFLICTS = 50;

  private final HistoryReader reader;
  private final CommitSender sender;
  private final Executor loop;
  private final ImportTally tally;
  private final HistoryCache histories = new HistoryCache(HistoryCache.MAX_WEIGHT);
  private boolean expectsNewActors = true;

  CommitWriter(AsyncAetherClient client, CommitSaver saver, Executor loop, ImportTally tally) {
    this.reader = new HistoryReader(client);
    this.sender = new CommitSender(saver);
    this.loop = loop;
    this.tally = tally;
  }

  /** Completes when the commit is stored, or with {@link ImportStopped} if it cannot be stored. */
  CompletableFuture<@Nullable Void> write(ImportCommit commit) {
    Optional<KnownHistory> known = histories.get(commit.actor());
    if (known.isPresent()) {
      return decide(commit, known.get(), 0);
    }
    return expectsNewActors && mayBeFirst(commit) ? saveAsFirst(commit) : read(commit, 0);
  }

  /** Whether its first line has no version or version 1. */
  private static boolean mayBeFirst(ImportCommit commit) {
    return commit.events().get(0).line().version().orElse(1) == 1;
  }

  private CompletableFuture<@Nullable Void> saveAsFirst(ImportCommit commit) {
    KnownHistory none = new KnownHistory();
    @Nullable ImportStopped wrongVersion = wrongVersion(commit, none, false);
    if (wrongVersion != null) {
      return CompletableFuture.failedFuture(wrongVersion);
    }
    return sender
        .send(commit, 0)
        .handleAsync(
            (sent, error) -> {
              if (sent != null && !sent.saved().replayed()) {
                histories.put(commit.actor(), none);
                return stored(commit, none, sent);
              }
              if (sent == null && !isRefusedForItsHistory(error)) {
                return CompletableFuture.<@Nullable Void>failedFuture(
                    ImportStopped.by(commit, error));
              }
              expectsNewActors = false;
              return read(commit, 0);
            },
            loop)
        .thenCompose(next -> next);
  }

  private CompletableFuture<@Nullable Void> read(ImportCommit commit, int conflicts) {
    return reader
        .read(commit.actor())
        .handleAsync(
            (history, error) -> {
              if (error != null) {
                throw new CompletionException(ImportStopped.by(commit, error));
              }
              histories.put(commit.actor(), history);
              expectsNewActors = history.latestVersion() == 0;
              return decide(commit, history, conflicts);
            },
            loop)
        .thenCompose(next -> next);
  }

  private CompletableFuture<@Nullable Void> decide(
      ImportCommit commit, KnownHistory history, int conflicts) {
    int size = commit.events().size();
    long present = commit.events().stream().filter(e -> history.versionOf(e).isPresent()).count();
    if (present != 0 && present != size) {
      return CompletableFuture.failedFuture(
          new ImportStopped(
              commit.firstLine(),
              present + " of the " + size + " events of its commit are already stored"));
    }
    @Nullable ImportStopped wrongVersion = wrongVersion(commit, history, present != 0);
    if (wrongVersion != null) {
      return CompletableFuture.failedFuture(wrongVersion);
    }
    if (present == size) {
      tally.commitPresent(size);
      return CompletableFuture.completedFuture(null);
    }
    return save(commit, history, conflicts);
  }

  private static @Nullable ImportStopped wrongVersion(
      ImportCommit commit, KnownHistory history, boolean present) {
    for (int i = 0; i < commit.events().size(); i++) {
      ImportEvent event = commit.events().get(i);
      long version = history.versionOf(event).orElse(history.latestVersion() + 1 + i);
      OptionalLong wanted = event.line().version();
      if (wanted.isPresent() && wanted.getAsLong() != version) {
        return new ImportStopped(
            event.line().number(),
            String.format(
                Locale.ROOT,
                "has version %s but %s %s",
                Long.toUnsignedString(wanted.getAsLong()),
                present ? "is stored with" : "would get",
                Long.toUnsignedString(version)));
      }
    }
    return null;
  }

  private CompletableFuture<@Nullable Void> save(
      ImportCommit commit, KnownHistory history, int conflicts) {
    return sender
        .send(commit, history.latestVersion())
        .handleAsync(
            (sent, error) -> {
              if (sent != null) {
                return stored(commit, history, sent);
              }
              if (Exceptions.unwrap(error) instanceof VersionConflictException
                  && conflicts < MAX_CONFLICTS) {
                histories.forget(commit.actor());
                return read(commit, conflicts + 1);
              }
              return CompletableFuture.<@Nullable Void>failedFuture(
                  ImportStopped.by(commit, error));
            },
            loop)
        .thenCompose(next -> next);
  }

  private CompletableFuture<@Nullable Void> stored(
      ImportCommit commit, KnownHistory history, CommitSender.Sent sent) {
    history.advanceTo(sent.saved().lastVersion());
    if (sent.saved().replayed()) {
      tally.commitPresent(commit.events().size()); // Another import of the same file is running.
    } else {
      tally.commitImported(commit.events().size(), sent.withoutFirstStored());
    }
    return CompletableFuture.completedFuture(null);
  }

  /**
   * Whether the save was refused because the actor has events. A commit with the same id and
   * different content may be one that was exported from this store.
   */
  private static boolean isRefusedForItsHistory(Throwable error) {
    Throwable cause = Exceptions.unwrap(error);
    return cause instanceof VersionConflictException || cause instanceof CommitIdReusedException;
  }
}
