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
 * Decides what becomes of a commit: it is in its actor's history already, or it is saved right
 * behind it. When somebody else writes to the actor meanwhile, it decides again on the new history.
 *
 * <p>An actor met for the first time is taken to be new or not as the one before was: a first save
 * that expects no events is refused where there are some, and then the history is read. So the
 * import of a file that is new reads nothing, and the second import of a file saves nothing.
 *
 * <p>Called on the loop, and for one commit of an actor at a time.
 */
final class CommitWriter {
  /** So many conflicts in a row mean that somebody else never stops writing to this actor. */
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

  /** Completes when the commit is stored, with {@link ImportStopped} when it can't be. */
  CompletableFuture<@Nullable Void> write(ImportCommit commit) {
    Optional<KnownHistory> known = histories.get(commit.actor());
    if (known.isPresent()) {
      return decide(commit, known.get(), 0);
    }
    return expectsNewActors && mayBeFirst(commit) ? saveAsFirst(commit) : read(commit, 0);
  }

  /** Whether it has no version or version 1. */
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
              present + " of the " + size + " events of its commit are stored already"));
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
      tally.commitPresent(commit.events().size()); // Somebody imports the same at this moment.
    } else {
      tally.commitImported(commit.events().size(), sent.withoutFirstStored());
    }
    return CompletableFuture.completedFuture(null);
  }

  /**
   * The same commit id may stand there with other content: a commit that was exported from here.
   */
  private static boolean isRefusedForItsHistory(Throwable error) {
    Throwable cause = Exceptions.unwrap(error);
    return cause instanceof VersionConflictException || cause instanceof CommitIdReusedException;
  }
}
