package dev.aether.server.cli.load;

import dev.aether.client.SaveCommand;
import dev.aether.client.Saved;
import java.util.concurrent.CompletableFuture;

/** The way by which an import's saves go to the server. Never waits. */
interface CommitSaver {
  /** Completes as the client's own save does. */
  CompletableFuture<Saved> save(SaveCommand command);
}
