package dev.aether.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A running subscription. Safe for use by many threads; no method blocks. */
public interface Subscription extends AutoCloseable {

  /**
   * The latest cursor up to which the listener has handled everything, which means that its
   * callbacks have returned; null before the first cursor.
   */
  @Nullable Cursor cursor();

  /** The current status. */
  SubscriptionStatus status();

  /**
   * Completes when the subscription has ended and the last callback has returned: normally after
   * {@link #close()} or when its client is closed, otherwise with the {@link AetherException}
   * passed to {@link SubscriptionListener#onError}. Each call returns a new future; cancelling it
   * does not affect the subscription.
   */
  CompletableFuture<Void> ended();

  /**
   * Cancels the subscription. A running callback completes, and after it only {@link
   * SubscriptionListener#onState} with {@link SubscriptionState.Ended} and {@link
   * SubscriptionListener#onClosed()} are called. It may be called from a callback. Closing again
   * has no effect.
   */
  @Override
  void close();
}
