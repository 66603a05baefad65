package dev.aether.client.internal.calls;

import dev.aether.client.AetherException;
import dev.aether.client.ClientClosedException;
import dev.aether.client.Reason;
import dev.aether.client.ServerUnreachableException;
import io.grpc.Status;
import java.util.Map;

/**
 * The failure of one attempt of a call.
 *
 * @param error the exception for the caller if there is no other attempt
 * @param code the gRPC status code
 * @param decided whether an Aether server decided it; if not, it is unknown what the server did
 * @param sent whether the request may have left this process
 */
public record Failure(AetherException error, Status.Code code, boolean decided, boolean sent) {

  /** The server ended a call that should not end. */
  public static Failure endedEarly() {
    return new Failure(
        new ServerUnreachableException(
            "the server ended the call before it was complete", Map.of(), null),
        Status.Code.UNAVAILABLE,
        false,
        true);
  }

  /** An interceptor of the application did not let the next attempt start. */
  public static Failure notStarted(Throwable thrown) {
    return new Failure(
        new AetherException(
            Reason.UNKNOWN, "the call cannot be repeated: " + thrown, Map.of(), thrown),
        Status.Code.UNKNOWN,
        false,
        false);
  }

  /** A failure of which only the exception is known. */
  static Failure reported(AetherException error) {
    boolean sent = !(error instanceof ServerUnreachableException);
    return new Failure(error, Status.Code.UNAVAILABLE, sent, sent);
  }

  /** The same failure, reported as a consequence of closing the client. */
  Failure byClosing() {
    return error instanceof ClientClosedException
        ? this
        : new Failure(new ClientClosedException(error.metadata(), error), code, decided, sent);
  }

  /** Whether sending the same request again may succeed. */
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

  /** Whether a renewed token may help: the server ends a call when its token expires. */
  public boolean isUnauthenticated() {
    return decided && error.reason() == Reason.UNAUTHENTICATED;
  }

  /**
   * Whether the application's supplier gave no token, so that the call was not sent. Nobody has
   * refused the caller, so it may succeed later.
   */
  public boolean isWithoutToken() {
    return !decided && !sent && code == Status.Code.UNAUTHENTICATED;
  }

  /** Whether another node may succeed where this one failed. */
  boolean isNodesFault() {
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

  /** Whether the node is stopping. */
  public boolean isStopping() {
    return decided && error.reason() == Reason.SHUTTING_DOWN;
  }

  /** Whether the node cannot reach its store. */
  public boolean isStoreUnavailable() {
    return decided && error.reason() == Reason.STORE_UNAVAILABLE;
  }

  /**
   * Whether a save that was answered with this failure may be stored when it is sent again, or may
   * be stored already. Behind such a save of a stream, the server stores none of the actor's
   * others.
   */
  public boolean mayYetBeStored() {
    if (!decided) {
      return true;
    }
    return switch (error.reason()) {
      case OVERLOADED, STORE_FULL, STORE_UNAVAILABLE, OUTCOME_UNKNOWN, SHUTTING_DOWN -> true;
      default -> false;
    };
  }

  /**
   * Whether this attempt may have changed something. UNIMPLEMENTED comes from servers that do not
   * know the call, so nothing was executed.
   */
  public boolean outcomeUnknown() {
    return decided
        ? error.reason() == Reason.OUTCOME_UNKNOWN
        : sent && code != Status.Code.UNIMPLEMENTED;
  }

  /**
   * Whether the server has executed none of the saves that a stream left unanswered when it ended
   * with this failure: it does not know the call, or it answers what it has begun before it turns
   * the caller away.
   */
  public boolean isRefusedStream() {
    return code == Status.Code.UNIMPLEMENTED
        || (decided
            && (error.reason() == Reason.UNAUTHENTICATED
                || error.reason() == Reason.PERMISSION_DENIED));
  }

  /**
   * Whether this answer to a repeat also proves that no earlier attempt of the change is stored;
   * or, for an outdated snapshot, that storing it would be pointless.
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
