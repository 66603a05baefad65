package dev.aether.testkit;

import dev.aether.server.store.EventStore;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import java.util.concurrent.CompletableFuture;

/** What becomes of one save on its way into the store. Must not block, nor throw. */
interface SaveFault {
  /** No fault. */
  SaveFault NONE = (save, store) -> store.save(save);

  CompletableFuture<Saved> save(Save save, EventStore store);
}
