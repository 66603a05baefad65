package dev.aether.server.cli.load;

import dev.aether.client.AsyncAetherClient;
import dev.aether.client.Bytes;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.Saved;
import dev.aether.client.VersionConflictException;
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
 * <p>Called on the loop, and for one commit of an actor at a time.
 */
final class CommitWriter {
  /** So many conflicts in a row mean that somebody else never stops writing to this actor. */
  static final int MAX_CONFLICTS = 50;

  private final CommitSaver saver;
  private final HistoryReader reader;
  private final Executor loop;
  private final ImportTally tally;
  private final HistoryCache histories = new HistoryCache(HistoryCache.MAX_WEIGHT);

  CommitWriter(AsyncAetherClient client, CommitSaver saver, Executor loop, ImportTally tally) {
    this.saver = saver;
    this.reader = new HistoryReader(client);
    this.loop = loop;
    this.tally = tally;
  }

  /** Completes when the commit is stored, with {@link ImportStopped} when it can't be. */
  CompletableFuture<Void> write(ImportCommit commit) {
    boolean maybeNew =
        histories.get(commit.actorId()).isEmpty()
            && commit.events().stream().allMatch(event -> event.line().version().isEmpty());
    return maybeNew ? writeAsFirst(commit) : write(commit, 0);
  }

  /**
   * Most actors of most imports are new, and then a save that expects that is all there is to ask.
   * Whatever else comes of it, the history is read.
   */
  private CompletableFuture<Void> writeAsFirst(ImportCommit commit) {
    return saver
        .save(command(commit, 0))
        .handleAsync(
            (saved, error) -> {
              if (saved == null || saved.replayed()) {
                return write(commit, 0);
              }
              ActorHistory history = new ActorHistory();
              history.advanceTo(saved.lastVersion());
              histories.put(commit.actorId(), history);
              tally.commitImported(commit.events().size());
              return CompletableFuture.<Void>completedFuture(null);
            },
            loop)
        .thenCompose(next -> next);
  }

  private CompletableFuture<Void> write(ImportCommit commit, int conflicts) {
    return history(commit).thenComposeAsync(history -> decide(commit, history, conflicts), loop);
  }

  private CompletableFuture<ActorHistory> history(ImportCommit commit) {
    Optional<ActorHistory> known = histories.get(commit.actorId());
    if (known.isPresent()) {
      return CompletableFuture.completedFuture(known.get());
    }
    return reader
        .read(commit.actorId())
        .handleAsync(
            (history, error) -> {
              if (error != null) {
                throw new CompletionException(stopped(commit, error));
              }
              histories.put(commit.actorId(), history);
              return history;
            },
            loop);
  }

  private CompletableFuture<Void> decide(ImportCommit commit, ActorHistory history, int conflicts) {
    int size = commit.events().size();
    long present = commit.events().stream().filter(e -> history.versionOf(e).isPresent()).count();
    if (present != 0 && present != size) {
      return stop(commit, present + " of the " + size + " events of its commit are stored already");
    }
    for (int i = 0; i < size; i++) {
      ImportEvent event = commit.events().get(i);
      long version = history.versionOf(event).orElse(history.latestVersion() + 1 + i);
      OptionalLong wanted = event.line().version();
      if (wanted.isPresent() && wanted.getAsLong() != version) {
        String is = present == 0 ? "would get " : "is stored with ";
        return stop(commit, "has version " + wanted.getAsLong() + " but " + is + version);
      }
    }
    if (present == size) {
      tally.commitPresent(size);
      return CompletableFuture.completedFuture(null);
    }
    return save(commit, history, conflicts);
  }

  private CompletableFuture<Void> save(ImportCommit commit, ActorHistory history, int conflicts) {
    return saver
        .save(command(commit, history.latestVersion()))
        .handleAsync((saved, error) -> after(commit, history, saved, error, conflicts), loop)
        .thenCompose(next -> next);
  }

  private CompletableFuture<Void> after(
      ImportCommit commit,
      ActorHistory history,
      @Nullable Saved saved,
      @Nullable Throwable error,
      int conflicts) {
    if (saved != null) {
      history.advanceTo(saved.lastVersion());
      if (saved.replayed()) {
        tally.commitPresent(commit.events().size()); // Somebody imports the same at this moment.
      } else {
        tally.commitImported(commit.events().size());
      }
      return CompletableFuture.completedFuture(null);
    }
    if (unwrapped(error) instanceof VersionConflictException && conflicts < MAX_CONFLICTS) {
      histories.forget(commit.actorId());
      return write(commit, conflicts + 1);
    }
    return CompletableFuture.failedFuture(stopped(commit, error));
  }

  private static SaveCommand command(ImportCommit commit, long latestVersion) {
    SaveCommand.Builder command =
        SaveCommand.builder(commit.actorId(), ExpectedVersion.exactly(latestVersion))
            .commitId(commit.commitId());
    commit.events().forEach(event -> command.event(newEvent(event)));
    return command.build();
  }

  private static NewEvent newEvent(ImportEvent event) {
    ImportLine line = event.line();
    NewEvent.Builder made =
        NewEvent.builder(line.eventType())
            .data(Bytes.wrap(line.data()))
            .contentType(line.contentType())
            .eventId(event.eventId())
            .commandId(line.commandId())
            .metadata(line.metadata());
    line.time().ifPresent(made::timestamp);
    return made.build();
  }

  private static CompletableFuture<Void> stop(ImportCommit commit, String reason) {
    return CompletableFuture.failedFuture(new ImportStopped(commit.firstLine(), reason));
  }

  private static ImportStopped stopped(ImportCommit commit, @Nullable Throwable error) {
    Throwable cause = unwrapped(error);
    return new ImportStopped(commit.firstLine(), String.valueOf(cause.getMessage()), cause);
  }

  private static Throwable unwrapped(@Nullable Throwable error) {
    if (error == null) {
      return new IllegalStateException("neither answer nor error");
    }
    @Nullable Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }
}
