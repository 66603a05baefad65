package dev.aether.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * Saves, reads and follows the histories of actors; no method waits.
 *
 * <p>Futures complete on the client's executor, or in the calling thread, with an {@link
 * AetherException} where a call failed. Cancelling a future cancels the call: whether a cancelled
 * save is stored is not known. Otherwise as {@link AetherClient}.
 */
public final class AsyncAetherClient implements AutoCloseable {

  AsyncAetherClient() {}

  /** As {@link AetherClient#save(String, ExpectedVersion, List)}. */
  public CompletableFuture<Saved> save(
      String actorId, ExpectedVersion expected, List<NewEvent> events) {
    return save(SaveCommand.builder(actorId, expected).events(events).build());
  }

  /** As {@link #save(String, ExpectedVersion, List)}. */
  public CompletableFuture<Saved> save(
      String actorId, ExpectedVersion expected, NewEvent... events) {
    return save(actorId, expected, List.of(events));
  }

  /** As {@link AetherClient#save(SaveCommand)}. */
  public CompletableFuture<Saved> save(SaveCommand command) {
    throw new UnsupportedOperationException();
  }

  /** As {@link AetherClient#latestVersion(String)}. */
  public CompletableFuture<Long> latestVersion(String actorId) {
    return latestVersion(actorId, CallSettings.defaults());
  }

  /** As {@link AetherClient#latestVersion(String)}. */
  public CompletableFuture<Long> latestVersion(String actorId, CallSettings settings) {
    throw new UnsupportedOperationException();
  }

  /**
   * An actor's events. Each subscriber makes a call of its own, which begins with its first request
   * and stays at most two frames (8 MiB) ahead of what it asked for.
   */
  public Flow.Publisher<Event> events(String actorId, ReadOptions options) {
    throw new UnsupportedOperationException();
  }

  /** As {@link AetherClient#subscribe}. */
  public Subscription subscribe(SubscribeOptions options, SubscriptionListener listener) {
    throw new UnsupportedOperationException();
  }

  /**
   * What is stored, as a publisher. Each subscriber makes a subscription of its own, which begins
   * with its first request and ends when it is cancelled or with an {@link AetherException}.
   */
  public Flow.Publisher<SubscriptionSignal> subscribe(SubscribeOptions options) {
    throw new UnsupportedOperationException();
  }

  /**
   * Ends all calls, subscriptions included, and gives the connections back; waits up to 5 s for
   * that. A save that is under way ends with {@link OutcomeUnknownException}. Closing again does
   * nothing.
   */
  @Override
  public void close() {}
}
