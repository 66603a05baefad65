package dev.aether.testkit;

import dev.aether.client.NewEvent;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.store.Saved;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What can go wrong between a client and its Aether. Safe for use by many threads.
 *
 * <p>What begins with {@code next} or {@code beforeNext} concerns the one save that reaches the
 * server next, by itself or on a stream, from whichever client; a repeat that a client makes by
 * itself is another save here. Said again, it concerns the save after that, and so on.
 */
public final class Faults {
  /** The type of the event that {@link #nextSaveConflicts} stores. */
  public static final String OTHER_WRITERS_EVENT = "SavedByAnotherWriter";

  /** More faults than this can't wait for their saves. */
  private static final int MAX_WAITING = 1000;

  private final Gate gate;
  private final EventDefaults completion;
  private final Queue<SaveFault> waiting = new ArrayBlockingQueue<>(MAX_WAITING);

  /** Why another writer could not save; the first reason that the test was not told of. */
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  Faults(Gate gate, InstantSource clock) {
    this.gate = gate;
    this.completion = new EventDefaults(clock);
  }

  SaveFault next() {
    SaveFault fault = waiting.poll();
    return fault == null ? SaveFault.NONE : fault;
  }

  /**
   * Tells the test, once, that a fault did not come as it wanted it.
   *
   * @throws AssertionError if another writer could not save
   */
  void check() {
    Throwable why = failure.getAndSet(null);
    if (why != null) {
      throw new AssertionError("beforeNextSave failed: " + why, why);
    }
  }

  /**
   * Another writer stores an event of type {@link #OTHER_WRITERS_EVENT} on the actor just before:
   * the save is refused with a conflict, and the history says why. One at any version comes after
   * that event.
   *
   * @throws IllegalStateException if 1000 faults wait for their saves
   */
  public void nextSaveConflicts() {
    beforeNextSave(actor -> List.of(NewEvent.json(OTHER_WRITERS_EVENT, "{}")));
  }

  /**
   * Another writer stores events of the caller's own on the actor just before, as one commit.
   *
   * <p>If the function throws or gives null, or the server refuses its events, the save is refused
   * with INVALID_REQUEST, and the test is told by an {@link AssertionError} with the cause: out of
   * the next {@link TestAether#faults()}, or where the test or the Aether ends.
   *
   * @param events given the actor's id; none: the save meets no fault. Called on a thread of the
   *     server's, so it must not block
   * @throws IllegalStateException if 1000 faults wait for their saves
   */
  public void beforeNextSave(Function<String, List<NewEvent>> events) {
    waiting.add(new OtherWriter(events, completion, why -> failure.compareAndSet(null, why)));
  }

  /**
   * The save is stored, but its answer is that nobody knows. A client that repeats it learns the
   * truth; one that doesn't gets {@link dev.aether.client.OutcomeUnknownException}. A save that is
   * refused is answered so.
   *
   * @throws IllegalStateException if 1000 faults wait for their saves
   */
  public void nextOutcomeUnknown() {
    waiting.add(
        (save, store) ->
            store
                .save(save)
                .thenApply(
                    saved -> {
                      throw StoreException.outcomeUnknown(
                          save.commitId(), "the test wants it so, but it is stored");
                    }));
  }

  /**
   * As {@link #nextOutcomeUnknown}, but the save is not stored: a repeat stores it.
   *
   * @throws IllegalStateException if 1000 faults wait for their saves
   */
  public void nextOutcomeUnknownNotStored() {
    waiting.add(
        (save, store) ->
            CompletableFuture.failedFuture(
                StoreException.outcomeUnknown(
                    save.commitId(), "the test wants it so, but it is not stored")));
  }

  /**
   * The save is stored or refused, and then all connections are lost before the answer is sent. A
   * client that repeats it gets the answer after all.
   *
   * @throws IllegalStateException if 1000 faults wait for their saves
   */
  public void loseNextAnswer() {
    waiting.add(
        (save, store) -> {
          CompletableFuture<Saved> nobodyIsLeftToAnswer = new CompletableFuture<>();
          CompletableFuture<Saved> unused =
              store.save(save).whenComplete((saved, thrown) -> gate.cut());
          return nobodyIsLeftToAnswer;
        });
  }

  /** All connections to the server are lost now. Clients may connect again. */
  public void cutConnections() {
    gate.cut();
  }

  /**
   * The server is out of reach until {@link #acceptConnections}: all connections are lost, and new
   * ones end at once.
   */
  public void refuseConnections() {
    gate.refuse();
  }

  /** The server is in reach again. */
  public void acceptConnections() {
    gate.accept();
  }

  /** From here on nothing goes wrong: no fault waits for its save, and the server is in reach. */
  public void clear() {
    waiting.clear();
    gate.accept();
  }
}
