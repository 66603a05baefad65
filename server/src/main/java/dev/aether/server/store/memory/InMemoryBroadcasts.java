package dev.aether.server.store.memory;

import dev.aether.server.event.Limits;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Broadcasts;
import dev.aether.v1.Broadcast;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Broadcasts within one process. Listeners are called on the thread of the store's tails. */
final class InMemoryBroadcasts implements Broadcasts {
  private final ExecutorService deliveries;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  InMemoryBroadcasts(ExecutorService deliveries) {
    this.deliveries = deliveries;
  }

  @Override
  public int maxBytes() {
    return Limits.COMMIT_BYTES;
  }

  @Override
  public CompletableFuture<@Nullable Void> publish(Broadcast broadcast, long deadline) {
    int size = broadcast.getSerializedSize();
    if (size > maxBytes()) {
      return CompletableFuture.failedFuture(StoreException.broadcastTooLarge(maxBytes(), size));
    }
    try {
      return CompletableFuture.runAsync(
          () -> listeners.forEach(listener -> listener.onBroadcast(broadcast)), deliveries);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(StoreException.shuttingDown());
    }
  }

  @Override
  public Listening listen(Listener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
