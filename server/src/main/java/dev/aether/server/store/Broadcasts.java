package dev.aether.server.store;

import dev.aether.v1.Broadcast;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Carries events that are not stored between the nodes on this store, at most once. No method
 * blocks. For any number of threads.
 */
public interface Broadcasts {
  /** The largest that is taken, encoded, in bytes. */
  int maxBytes();

  /**
   * Hands a broadcast to all nodes that listen now, this one among them, and answers when it is out
   * of this node's hands; whether and when a node gets it is not known. Fails with COMMIT_TOO_LARGE
   * above {@link #maxBytes}, with STORE_UNAVAILABLE if no node will ever get it, and with
   * OUTCOME_UNKNOWN if some may.
   *
   * @param deadline when the answer must have left, as {@link System#nanoTime}
   */
  CompletableFuture<@Nullable Void> publish(Broadcast broadcast, long deadline);

  /** Listens to what any node publishes from now on, until closed. */
  Listening listen(Listener listener);

  /** A listener's place. */
  interface Listening extends AutoCloseable {
    /** Nothing new comes afterwards. */
    @Override
    void close();
  }

  /** Is told one thing at a time, on a thread of the store's that it must not block. */
  interface Listener {
    void onBroadcast(Broadcast broadcast);

    /** Something came that is no broadcast. */
    void onUnreadable(String why);
  }
}
