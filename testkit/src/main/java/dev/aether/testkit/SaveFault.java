package dev.aether.testkit;

import dev.aether.server.store.EventStore;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import java.util.concurrent.CompletableFuture;

/** Handles one save in place of the store. It must not block or throw. */
interface SaveFault {
  /** No fault. */
  SaveFault NONE = (save, store) -> store.save(save);

  CompletableFuture<Saved> save(Save save, EventStore store);
}
