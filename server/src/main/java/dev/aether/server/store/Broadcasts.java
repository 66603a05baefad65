package dev.aether.server.store;

import dev.aether.v1.Broadcast;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Broadcasts events to the nodes of this store, without storing them and at most once. No method
 * blocks. Thread-safe.
 */
public interface Broadcasts {
  /** The maximum size of an encoded broadcast in bytes. */
  int maxBytes();

  /**
   * Sends a broadcast to all nodes that are listening, including this one. Completes when the
   * broadcast has been handed over, which does not mean that any node has received it. Fails with
   * COMMIT_TOO_LARGE above {@link #maxBytes}, with STORE_UNAVAILABLE if no node will ever get it,
   * and with OUTCOME_UNKNOWN if some may.
   *
   * @param deadline when the response must have been sent, as {@link System#nanoTime}
   */
  CompletableFuture<@Nullable Void> publish(Broadcast broadcast, long deadline);

  /** Listens to the broadcasts of all nodes from now on, until closed. */
  Listening listen(Listener listener);

  /** The registration of a listener. */
  interface Listening extends AutoCloseable {
    /** Stops listening. */
    @Override
    void close();
  }

  /** Receives one broadcast at a time, on a thread of the store that it must not block. */
  interface Listener {
    void onBroadcast(Broadcast broadcast);

    /** A message arrived that is not a broadcast. */
    void onUnreadable(String why);
  }
}
