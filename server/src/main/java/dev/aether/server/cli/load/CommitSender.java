package dev.aether.server.cli.load;

import dev.aether.client.Bytes;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.InvalidArgumentException;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.Saved;
import dev.aether.client.TooLargeException;
import dev.aether.server.event.Exceptions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Sends the lines of a commit as a save, and retries it without the optional metadata if it is too
 * large.
 */
final class CommitSender {
  private final CommitSaver saver;

  CommitSender(CommitSaver saver) {
    this.saver = saver;
  }

  /**
   * A stored save.
   *
   * @param withoutFirstStored number of events whose metadata had no room for {@link FirstStored}
   */
  record Sent(Saved saved, int withoutFirstStored) {}

  /**
   * Saves the commit, expecting this latest version of the actor. The future completes like that of
   * the save.
   */
  CompletableFuture<Sent> send(ImportCommit commit, long latestVersion) {
    Attempt whole;
    try {
      whole = attempt(commit, latestVersion, true);
    } catch (InvalidArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
    return whole
        .send(saver)
        .exceptionallyCompose(
            error ->
                whole.added() > 0 && Exceptions.unwrap(error) instanceof TooLargeException
                    ? attempt(commit, latestVersion, false).send(saver)
                    : CompletableFuture.failedFuture(error));
  }

  private record Attempt(SaveCommand command, int added, int left) {
    CompletableFuture<Sent> send(CommitSaver saver) {
      return saver.save(command).thenApply(saved -> new Sent(saved, left));
    }
  }

  private static Attempt attempt(ImportCommit commit, long latestVersion, boolean withFirstStored) {
    SaveCommand.Builder command =
        SaveCommand.builder(commit.actor().actorId(), ExpectedVersion.exactly(latestVersion))
            .namespace(commit.actor().namespace())
            .commitId(commit.commitId());
    int added = 0;
    int left = 0;
    for (ImportEvent event : commit.events()) {
      Optional<Map<String, String>> more = Optional.empty();
      if (FirstStored.isMissing(event.line())) {
        more = withFirstStored ? FirstStored.added(event.line()) : Optional.empty();
        added += more.isPresent() ? 1 : 0;
        left += more.isPresent() ? 0 : 1;
      }
      command.event(event(event, more.orElse(event.line().metadata())));
    }
    return new Attempt(command.build(), added, left);
  }

  private static NewEvent event(ImportEvent event, Map<String, String> metadata) {
    ImportLine line = event.line();
    NewEvent.Builder made =
        NewEvent.builder(line.eventType())
            .data(Bytes.wrap(line.data()))
            .contentType(line.contentType())
            .eventId(event.eventId())
            .commandId(line.commandId())
            .metadata(metadata);
    line.time().ifPresent(made::timestamp);
    return made.build();
  }
}
