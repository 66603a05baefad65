package dev.aether.testkit;

import dev.aether.client.NewEvent;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.store.Saved;
import dev.aether.testkit.internal.TcpForwarder;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Injects faults between a client and its Aether. Safe for use by many threads.
 *
 * <p>Methods whose names contain {@code next} affect the next save that reaches the server, as a
 * call of its own or on a stream, from any client. A repeat that a client sends by itself counts as
 * another save. Calling such a method again affects the save after that, and so on.
 */
public final class Faults {
  /** The type of the event that {@link #nextSaveConflicts} stores. */
  public static final String OTHER_WRITERS_EVENT = "SavedByAnotherWriter";

  /** Maximum number of faults that wait for their saves. */
  private static final int MAX_WAITING = 1000;

  private final TcpForwarder forwarder;
  private final EventDefaults defaults;
  private final Queue<SaveFault> waiting = new ArrayBlockingQueue<>(MAX_WAITING);

  /** The first reason why another writer could not save that has not been reported to the test. */
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  Faults(TcpForwarder forwarder, InstantSource clock) {
    this.forwarder = forwarder;
    this.defaults = new EventDefaults(clock);
  }

  SaveFault next() {
    SaveFault fault = waiting.poll();
    return fault == null ? SaveFault.NONE : fault;
  }

  /**
   * Reports once to the test that a fault could not be injected.
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
   * Another writer stores an event of type {@link #OTHER_WRITERS_EVENT} to the actor just before
   * the next save, which therefore fails with a conflict. A save that accepts any version is stored
   * after that event.
   *
   * @throws IllegalStateException if 1000 faults are waiting for their saves
   */
  public void nextSaveConflicts() {
    beforeNextSave(actor -> List.of(NewEvent.json(OTHER_WRITERS_EVENT, "{}")));
  }

  /**
   * Another writer stores the given events to the actor just before the next save, as one commit.
   *
   * <p>If the function throws or returns null, or the server rejects its events, the save fails
   * with INVALID_REQUEST, and the test gets an {@link AssertionError} with the cause, from the next
   * call of {@link TestAether#faults()} or when the test or the Aether ends.
   *
   * @param events returns the events for the actor's id; if there are none, the save is stored
   *     normally. It is called on a server thread, so it must not block
   * @throws IllegalStateException if 1000 faults are waiting for their saves
   */
  public void beforeNextSave(Function<String, List<NewEvent>> events) {
    waiting.add(new OtherWriter(events, defaults, why -> failure.compareAndSet(null, why)));
  }

  /**
   * The next save is stored, but the server answers that its outcome is unknown. A client that
   * repeats the save gets the real answer; one that does not throws {@link
   * dev.aether.client.OutcomeUnknownException}. If the store refuses the save, the answer is the
   * refusal.
   *
   * @throws IllegalStateException if 1000 faults are waiting for their saves
   */
  public void nextOutcomeUnknown() {
    waiting.add(
        (save, store) ->
            store
                .save(save)
                .thenApply(
                    saved -> {
                      throw StoreException.outcomeUnknown(
                          save.commitId(), "injected by the test; the commit is stored");
                    }));
  }

  /**
   * Same as {@link #nextOutcomeUnknown}, but the save is not stored; a repeat stores it.
   *
   * @throws IllegalStateException if 1000 faults are waiting for their saves
   */
  public void nextOutcomeUnknownNotStored() {
    waiting.add(
        (save, store) ->
            CompletableFuture.failedFuture(
                StoreException.outcomeUnknown(
                    save.commitId(), "injected by the test; the commit is not stored")));
  }

  /**
   * The next save is stored or refused, and then all connections are closed before the answer is
   * sent. A client that repeats the save gets the answer.
   *
   * @throws IllegalStateException if 1000 faults are waiting for their saves
   */
  public void loseNextAnswer() {
    waiting.add(
        (save, store) -> {
          CompletableFuture<Saved> neverAnswered = new CompletableFuture<>();
          CompletableFuture<Saved> unused =
              store.save(save).whenComplete((saved, thrown) -> forwarder.cut());
          return neverAnswered;
        });
  }

  /** Closes all connections to the server. Clients may reconnect. */
  public void cutConnections() {
    forwarder.cut();
  }

  /**
   * Makes the server unreachable until {@link #acceptConnections}: closes all connections, and new
   * ones immediately.
   */
  public void refuseConnections() {
    forwarder.refuse();
  }

  /** Makes the server reachable again. */
  public void acceptConnections() {
    forwarder.accept();
  }

  /** Removes all faults: none waits for a save, and the server is reachable. */
  public void clear() {
    waiting.clear();
    forwarder.accept();
  }
}
