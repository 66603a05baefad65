package dev.aether.client;

import dev.aether.client.internal.calls.ClientDefaults;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.messages.Messages;
import dev.aether.client.internal.saves.SaveQueue;
import dev.aether.v1.SaveEventsRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Saves many commits one after the other without waiting for each: the fastest way to save. Safe
 * for use by many threads.
 *
 * <p>Saves of one actor are stored in the order in which they were handed over, those of different
 * actors side by side. A save that fails ends only itself: the later ones of its actor go on, so
 * that writers who expect versions see them conflict. When the connection breaks, what has no
 * answer is sent again, marked as a repeat, in the same order and before anything new, to another
 * node if there is one. What the server refused (overloaded, store out of reach) is not sent again,
 * since later saves of the actor may be stored already.
 *
 * <p>Futures complete on the client's executor, with an {@link AetherException} where a save
 * failed; {@link OutcomeUnknownException} if no answer came until the save's deadline, which begins
 * when the save is taken and is seen to ten times a second. Cancelling a future does not cancel the
 * save.
 */
public final class SaveStream implements AutoCloseable {
  private final Connection connection;
  private final ClientDefaults defaults;
  private final SaveStreamOptions options;
  private final SaveQueue queue;

  SaveStream(Connection connection, ClientDefaults defaults, SaveStreamOptions options) {
    this.connection = connection;
    this.defaults = defaults;
    this.options = options;
    this.queue = new SaveQueue(connection, options, defaults.repeats(), defaults.attemptTimeout());
  }

  /**
   * Takes a save; waits while {@link SaveStreamOptions#maxUnanswered()} are unanswered. Not for
   * threads that must not wait, such as those that run a future's callbacks.
   *
   * @return completes when the save is answered
   * @throws IllegalArgumentException if a save with the same commit id is unanswered
   * @throws IllegalStateException if this or the client is closed
   * @throws AetherException {@link Reason#CANCELLED} if the thread was interrupted while it waited;
   *     nothing was sent
   */
  public CompletableFuture<Saved> save(SaveCommand command) {
    SaveEventsRequest request = request(command);
    return AsyncAetherClient.isTooLarge(request)
        ? AsyncAetherClient.refuseTooLarge(request)
        : queue.put(request, defaults.deadline(command.settings()));
  }

  /** As {@link #save(SaveCommand)}. */
  public CompletableFuture<Saved> save(
      String actorId, ExpectedVersion expected, NewEvent... events) {
    return save(SaveCommand.builder(actorId, expected).events(List.of(events)).build());
  }

  /**
   * Takes a save if there is room, and never waits; empty: there is none, and nothing was sent.
   * {@link #room()} says when to try again. Otherwise as {@link #save(SaveCommand)}.
   */
  public Optional<CompletableFuture<Saved>> trySave(SaveCommand command) {
    SaveEventsRequest request = request(command);
    return AsyncAetherClient.isTooLarge(request)
        ? Optional.of(AsyncAetherClient.refuseTooLarge(request))
        : queue.offer(request, defaults.deadline(command.settings()));
  }

  private SaveEventsRequest request(SaveCommand command) {
    connection.checkOpen();
    return Messages.saveRequest(
        AsyncAetherClient.named(command), defaults.namespace(command.settings()));
  }

  /**
   * Completes when there is room for a save of any size, or this is closed: no promise that it
   * stays so.
   */
  public CompletableFuture<@Nullable Void> room() {
    return queue.room();
  }

  /** Saves that are taken and not answered. */
  public int unanswered() {
    return queue.size();
  }

  /** Takes no more saves. The future completes when all are answered; each has its deadline. */
  public CompletableFuture<@Nullable Void> closeAsync() {
    return queue.drain();
  }

  /**
   * Takes no more saves and waits until all are answered, at most {@link
   * SaveStreamOptions#drainWithin()}; what has no answer by then ends with {@link
   * OutcomeUnknownException}. A thread that is interrupted waits no longer. Again does nothing.
   */
  @Override
  public void close() {
    CompletableFuture<@Nullable Void> drained = queue.drain();
    Duration within = options.drainWithin();
    try {
      drained.get(within.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      queue.abort(new AetherException(Reason.CANCELLED, "closed by interrupt", Map.of(), e));
    } catch (TimeoutException e) {
      queue.abort(
          new AetherException(
              Reason.CANCELLED, "closed after " + within.toMillis() + " ms", Map.of(), e));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
