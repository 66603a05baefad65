package dev.aether.server.cli.load;

import dev.aether.client.SaveCommand;
import dev.aether.client.Saved;
import java.util.concurrent.CompletableFuture;

/** Sends the saves of an import to the server. Never blocks. */
interface CommitSaver {
  /** Saves. The future completes like that of the client's own save. */
  CompletableFuture<Saved> save(SaveCommand command);
}
