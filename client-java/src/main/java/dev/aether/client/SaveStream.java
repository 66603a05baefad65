package dev.aether.client;

import dev.aether.client.internal.calls.ClientDefaults;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Durations;
import dev.aether.client.internal.messages.CommitIds;
import dev.aether.client.internal.messages.RequestSize;
import dev.aether.client.internal.messages.Requests;
import dev.aether.client.internal.saves.SaveQueue;
import dev.aether.client.internal.saves.SaveTraces;
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
 * Saves many commits without waiting for each answer: the fastest way to save. Safe for use by many
 * threads.
 *
 * <p>Saves of one actor are stored in the order in which they were submitted; saves of different
 * actors are independent. A failed save affects only itself: later saves of its actor continue, so
 * if they expect versions, they conflict. There is one exception: after a save without an expected
 * version that the server could not store for the moment, or of which it does not know whether it
 * is stored, those of its actor that were sent until then are refused with {@link
 * Reason#STORE_UNAVAILABLE}, since they would overtake it. When the connection breaks, other
 * unanswered saves are sent again, marked as repeats, in the same order and before new ones, to
 * another node if there is one. Saves that a stopping node refused go to another node. Saves that
 * the server refused because it was overloaded or could not reach its store are not sent again,
 * because later saves of the same actor may already be stored.
 *
 * <p>Futures complete on the client's executor, with an {@link AetherException} if the save failed,
 * and with {@link OutcomeUnknownException} if no answer came before the save's deadline. The
 * deadline starts when the save is taken and is checked ten times a second. Cancelling a future
 * does not cancel the save.
 */
public final class SaveStream implements AutoCloseable {
  private final Connection connection;
  private final ClientDefaults defaults;
  private final SaveStreamOptions options;
  private final SaveQueue queue;
  private final SaveTraces traces;

  SaveStream(
      Connection connection,
      ClientDefaults defaults,
      SaveTraces traces,
      SaveStreamOptions options) {
    this.traces = traces;
    this.connection = connection;
    this.defaults = defaults;
    this.options = options;
    this.queue =
        new SaveQueue(
            connection,
            options,
            defaults.repeats(),
            defaults.attemptTimeout(),
            (why, broughtNothing) -> why);
  }

  /**
   * Takes a save; blocks while {@link SaveStreamOptions#maxUnanswered()} saves are unanswered. Do
   * not call it from threads that must not block, such as those that run callbacks of futures.
   *
   * @return completes when the save is answered
   * @throws IllegalArgumentException if a save with the same commit id is unanswered
   * @throws IllegalStateException if this stream or the client is closed
   * @throws AetherException with {@link Reason#CANCELLED} if the thread was interrupted while it
   *     waited; nothing was sent
   */
  public CompletableFuture<Saved> save(SaveCommand command) {
    SaveEventsRequest request = request(command);
    return RequestSize.isTooLarge(request)
        ? CompletableFuture.failedFuture(RequestSize.tooLarge(request))
        : traces.follow(
            command, request, traced -> queue.put(traced, defaults.deadline(command.settings())));
  }

  /** Same as {@link #save(SaveCommand)}. */
  public CompletableFuture<Saved> save(
      String actorId, ExpectedVersion expected, NewEvent... events) {
    return save(SaveCommand.builder(actorId, expected).events(List.of(events)).build());
  }

  /**
   * Takes a save if there is room, without blocking. Returns empty if there is none; then nothing
   * was sent, and {@link #room()} completes when to try again. In all other respects the same as
   * {@link #save(SaveCommand)}.
   */
  public Optional<CompletableFuture<Saved>> trySave(SaveCommand command) {
    SaveEventsRequest request = request(command);
    return RequestSize.isTooLarge(request)
        ? Optional.of(CompletableFuture.failedFuture(RequestSize.tooLarge(request)))
        : traces.followIfTaken(
            command, request, traced -> queue.offer(traced, defaults.deadline(command.settings())));
  }

  private SaveEventsRequest request(SaveCommand command) {
    connection.checkOpen();
    return Requests.save(CommitIds.named(command), defaults.namespace(command.settings()));
  }

  /**
   * Completes when there is room for a save of any size, or when this stream is closed. Another
   * thread may take the room first.
   */
  public CompletableFuture<@Nullable Void> room() {
    return queue.room();
  }

  /** Number of saves that have been taken and not answered. */
  public int unanswered() {
    return queue.size();
  }

  /**
   * Takes no more saves. The future completes when all are answered or have reached their
   * deadlines.
   */
  public CompletableFuture<@Nullable Void> closeAsync() {
    return queue.drain();
  }

  /**
   * Takes no more saves and waits until all are answered, at most {@link
   * SaveStreamOptions#drainWithin()}. Saves without an answer then fail with {@link
   * OutcomeUnknownException}. An interrupt ends the wait. Closing again has no effect.
   */
  @Override
  public void close() {
    CompletableFuture<@Nullable Void> drained = queue.drain();
    Duration within = options.drainWithin();
    try {
      drained.get(Durations.nanos(within), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      queue.abort(
          new AetherException(
              Reason.CANCELLED, "interrupted while closing the stream", Map.of(), e));
    } catch (TimeoutException e) {
      queue.abort(
          new AetherException(
              Reason.CANCELLED,
              "the stream was closed with unanswered saves after " + within.toMillis() + " ms",
              Map.of(),
              e));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
