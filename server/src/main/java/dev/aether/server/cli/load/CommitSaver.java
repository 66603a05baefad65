package dev.aether.server.cli.load;

import dev.aether.client.AsyncAetherClient;
import dev.aether.client.SaveCommand;
import dev.aether.client.SaveStream;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.client.VersionConflictException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Saves on one stream, which costs much less than a call for each. A stream doesn't repeat what the
 * server refused for a moment, since later saves of the actor might overtake it; here there is one
 * save of an actor at a time, so that what the stream gives up, a call of its own can repeat. For
 * any number of threads; never waits, but in {@link #close}.
 */
final class CommitSaver implements AutoCloseable {
  private final AsyncAetherClient client;
  private final SaveStream stream;

  CommitSaver(AsyncAetherClient client) {
    this.client = client;
    this.stream = client.saveStream(SaveStreamOptions.defaults());
  }

  /** Saves a commit that has an id, when no other of its actor is being saved. */
  CompletableFuture<Saved> save(SaveCommand command) {
    // Never without room: the stream has more than the lanes have at work.
    Optional<CompletableFuture<Saved>> streamed = stream.trySave(command);
    return streamed
        .map(saved -> saved.exceptionallyCompose(failure -> alone(command, failure)))
        .orElseGet(() -> client.save(command));
  }

  private CompletableFuture<Saved> alone(SaveCommand command, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof VersionConflictException
        ? CompletableFuture.failedFuture(failure)
        : client.save(again(command));
  }

  private static SaveCommand again(SaveCommand command) {
    return new SaveCommand(
        command.actorId(),
        command.expected(),
        command.events(),
        command.commitId(),
        true,
        command.maxMissedEvents(),
        command.settings());
  }

  @Override
  public void close() {
    stream.close();
  }
}
