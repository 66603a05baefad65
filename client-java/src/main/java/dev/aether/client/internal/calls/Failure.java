package dev.aether.client.internal.calls;

import dev.aether.client.AetherException;
import dev.aether.client.ClientClosedException;
import dev.aether.client.Reason;
import dev.aether.client.ServerUnreachableException;
import io.grpc.Status;
import java.util.Map;

/**
 * Why one attempt of a call failed.
 *
 * @param error what the caller gets if there is no other attempt
 * @param code gRPC's code
 * @param decided whether a server of Aether's decided it; else nothing is known about what it did
 * @param sent whether the request may have left this process
 */
public record Failure(AetherException error, Status.Code code, boolean decided, boolean sent) {

  /** The server ended a call that has no end. */
  public static Failure endedEarly() {
    return new Failure(
        new ServerUnreachableException("the server ended the call too early", Map.of(), null),
        Status.Code.UNAVAILABLE,
        false,
        true);
  }

  /** The same, of which the caller is to know that the client was closed. */
  Failure byClosing() {
    return error instanceof ClientClosedException
        ? this
        : new Failure(new ClientClosedException(error.metadata(), error), code, decided, sent);
  }

  /** Whether the same request, sent again, may fare better. */
  public boolean repeatable() {
    if (decided) {
      return switch (error.reason()) {
        case STORE_UNAVAILABLE, SHUTTING_DOWN, OVERLOADED, OUTCOME_UNKNOWN -> true;
        default -> false;
      };
    }
    return switch (code) {
      case UNAVAILABLE, DEADLINE_EXCEEDED -> true;
      case CANCELLED, INTERNAL, UNKNOWN -> sent;
      default -> false;
    };
  }

  /** Whether another node may do better than the one that failed this attempt. */
  boolean speaksAgainstNode() {
    if (decided) {
      return switch (error.reason()) {
        case STORE_UNAVAILABLE, SHUTTING_DOWN -> true;
        default -> false;
      };
    }
    return sent
        && switch (code) {
          case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, INTERNAL, UNKNOWN -> true;
          default -> false;
        };
  }

  /**
   * Whether a change may be stored because of this attempt. UNIMPLEMENTED comes from servers that
   * have no such call, so that nothing ran.
   */
  public boolean outcomeUnknown() {
    return decided
        ? error.reason() == Reason.OUTCOME_UNKNOWN
        : sent && code != Status.Code.UNIMPLEMENTED;
  }

  /**
   * Whether this answer to a repeat also says that no earlier attempt of the same change is stored,
   * or, for an outdated snapshot, that it would be of no use.
   */
  public boolean settlesEarlierAttempts() {
    return decided
        && switch (error.reason()) {
          case VERSION_CONFLICT,
              INVALID_REQUEST,
              COMMIT_TOO_LARGE,
              COMMIT_ID_REUSED,
              SNAPSHOT_TOO_LARGE,
              SNAPSHOT_AHEAD,
              SNAPSHOT_OUTDATED ->
              true;
          default -> false;
        };
  }
}
