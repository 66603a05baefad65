package dev.aether.client.internal.saves;

import dev.aether.client.AetherException;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.Reason;
import dev.aether.client.Saved;
import dev.aether.client.ServerUnreachableException;
import dev.aether.client.StoreUnavailableException;
import dev.aether.client.internal.calls.Failure;
import dev.aether.client.internal.messages.Messages;
import dev.aether.client.internal.messages.Requests;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An unanswered save of a stream. Guarded by {@link SaveQueue}, except for its future. */
final class PendingSave {

  /** An actor, whose saves are stored in order. */
  record Actor(String namespace, String id) {}

  /**
   * The place of a save in the order of its actor's saves.
   *
   * @param canBeOvertaken whether it could be stored after a later one; a save that expects a
   *     version is refused then
   */
  record Place(Actor actor, boolean canBeOvertaken) {}

  private final SaveEventsRequest request;
  private final int bytes;
  private final long endNanos;
  private final CompletableFuture<Saved> outcome = new CompletableFuture<>();

  /** A call that broke before the answer may have delivered it to a server. */
  private boolean lost;

  /** Same as {@code lost}, or the caller says that an earlier process may have sent it. */
  private boolean maybeStored;

  private @Nullable SaveStreamCall call;
  private @Nullable AetherException refused;

  /** The server refuses it on this call, because an earlier save of its actor may yet be stored. */
  private boolean brokenOff;

  /**
   * Creates a save that is not sent yet.
   *
   * @param endNanos deadline, in {@link System#nanoTime()}
   */
  PendingSave(SaveEventsRequest request, long endNanos) {
    this.request = request;
    this.bytes = request.getSerializedSize();
    this.endNanos = endNanos;
    this.maybeStored = request.getRetry();
  }

  String commitId() {
    return request.getCommitId();
  }

  int bytes() {
    return bytes;
  }

  long endNanos() {
    return endNanos;
  }

  CompletableFuture<Saved> outcome() {
    return outcome;
  }

  Place place() {
    return new Place(
        new Actor(request.getNamespace(), request.getActorId()), !request.hasExpectedVersion());
  }

  boolean isOf(Actor actor) {
    return request.getActorId().equals(actor.id())
        && request.getNamespace().equals(actor.namespace());
  }

  void send(SaveStreamCall on) {
    call = on;
    refused = null;
    on.send(lost ? Requests.repeated(request) : request);
  }

  /**
   * Records that its call ended without an answer to it.
   *
   * @param ran whether the server may have executed the call
   */
  void lost(boolean ran) {
    SaveStreamCall on = call;
    lost |= ran && on != null && refused == null && on.mayHaveSent();
    maybeStored |= lost;
    call = null;
  }

  /**
   * Records that a stopping node refused it, or did not store it behind such a save. It goes to
   * another node.
   */
  void refused(AetherException why) {
    refused = why;
  }

  @Nullable AetherException refusal() {
    return refused;
  }

  /** Whether its answer may still arrive on this call. */
  boolean isOwedBy(SaveStreamCall on) {
    return call == on && refused == null;
  }

  /** Records that an earlier save of its actor failed and may yet be stored. */
  void breakOff() {
    brokenOff = true;
  }

  boolean isBrokenOff() {
    return brokenOff;
  }

  void saved(SaveEventsResponse answer) {
    outcome.complete(Messages.saved(commitId(), answer));
  }

  /** Completes it with the error that the server answered. */
  void failed(Failure failure) {
    boolean unknown = maybeStored || failure.outcomeUnknown();
    fail(failure.error(), unknown && !failure.settlesEarlierAttempts());
  }

  /** Fails it with the error that the server gives for such saves. */
  void failBrokenOff() {
    fail(
        new StoreUnavailableException(
            Reason.STORE_UNAVAILABLE,
            "an earlier save of the same actor on this stream failed and may yet be stored;"
                + " this save was not stored",
            Map.of(),
            null),
        maybeStored);
  }

  /** Completes it with an error because no answer will come. */
  void givenUp(AetherException why) {
    SaveStreamCall on = call;
    fail(why, maybeStored || on != null && refused == null && on.mayHaveSent());
  }

  private void fail(AetherException why, boolean unknown) {
    outcome.completeExceptionally(
        unknown && !(why instanceof OutcomeUnknownException)
            ? new OutcomeUnknownException(
                "outcome unknown: the save of commit "
                    + commitId()
                    + " may or may not have succeeded; last error: "
                    + why.getMessage(),
                why.metadata(),
                commitId(),
                why)
            : why);
  }

  static AetherException late(boolean connected) {
    return connected
        ? new AetherException(Reason.DEADLINE_EXCEEDED, "no answer in time", Map.of(), null)
        : new ServerUnreachableException("no connection in time", Map.of(), null);
  }
}
