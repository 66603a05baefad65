package dev.aether.client.internal.saves;

import dev.aether.client.AetherException;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.Reason;
import dev.aether.client.Saved;
import dev.aether.client.ServerUnreachableException;
import dev.aether.client.internal.calls.Failure;
import dev.aether.client.internal.messages.Messages;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A save of a stream that has no answer yet. Guarded by its stream, but for the future. */
public final class PendingSave {
  private final SaveEventsRequest request;
  private final int bytes;
  private final long endNanos;
  private final CompletableFuture<Saved> outcome = new CompletableFuture<>();

  /** Whether a call that ended without an answer may have brought it to a server. */
  private boolean lost;

  /** The same, or an earlier process may have. */
  private boolean maybeStored;

  private @Nullable SaveStreamCall call;
  private long sentNanos;
  private @Nullable AetherException refused;

  /**
   * A save that is not sent yet.
   *
   * @param endNanos when it is given up
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

  boolean isOfSameActor(PendingSave other) {
    return request.getActorId().equals(other.request.getActorId())
        && request.getNamespace().equals(other.request.getNamespace());
  }

  /** When it was last sent, if it was sent on this call; else null. */
  @Nullable Long sentNanosOn(SaveStreamCall on) {
    return call == on ? sentNanos : null;
  }

  void send(SaveStreamCall on) {
    call = on;
    sentNanos = System.nanoTime();
    refused = null;
    on.send(lost ? Messages.repeated(request) : request);
  }

  /**
   * Its call ended without an answer to it.
   *
   * @param ran whether the server ran the call
   */
  void lost(boolean ran) {
    SaveStreamCall on = call;
    lost |= ran && on != null && refused == null && on.mayHaveSent();
    maybeStored |= lost;
    call = null;
  }

  /** A node that stops has not stored it: another one is to. */
  void refused(AetherException why) {
    refused = why;
  }

  @Nullable AetherException refusal() {
    return refused;
  }

  void saved(SaveEventsResponse answer) {
    outcome.complete(Messages.saved(commitId(), answer));
  }

  /** The server's word on it. */
  void failed(Failure failure) {
    boolean unknown = maybeStored || failure.outcomeUnknown();
    fail(failure.error(), unknown && !failure.settlesEarlierAttempts());
  }

  /** There will be no answer. */
  void givenUp(AetherException why) {
    SaveStreamCall on = call;
    fail(why, maybeStored || on != null && refused == null && on.mayHaveSent());
  }

  private void fail(AetherException why, boolean unknown) {
    outcome.completeExceptionally(
        unknown && !(why instanceof OutcomeUnknownException)
            ? new OutcomeUnknownException(
                "save of commit "
                    + commitId()
                    + " may have been done: no answer said so; last: "
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
