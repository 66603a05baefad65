package dev.aether.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A running subscription. Safe for use by many threads; no method blocks. */
public interface Subscription extends AutoCloseable {

  /**
   * The latest cursor that stands after nothing but what the listener has handled, that is, whose
   * callback returned; null before the first.
   */
  @Nullable Cursor cursor();

  /** How it fares now. */
  SubscriptionStatus status();

  /**
   * Completes when the subscription has ended and the last callback returned: normally after {@link
   * #close()} and with its client, else with the {@link AetherException} that {@link
   * SubscriptionListener#onError} got. Each call gives a future of its own; cancelling it does
   * nothing to the subscription.
   */
  CompletableFuture<Void> ended();

  /**
   * Ends the subscription. After the callback that may be running, only {@link
   * SubscriptionListener#onClosed()} is called. May be called from a callback; again does nothing.
   */
  @Override
  void close();
}
