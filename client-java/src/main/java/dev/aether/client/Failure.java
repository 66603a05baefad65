package dev.aether.client;

import io.grpc.Status;

/**
 * Why one attempt of a call failed.
 *
 * @param error what the caller gets if there is no other attempt
 * @param code gRPC's code
 * @param decided whether a server of Aether's decided it; else nothing is known about what it did
 * @param sent whether the request may have left this process
 */
record Failure(AetherException error, Status.Code code, boolean decided, boolean sent) {

  /** Whether the same request, sent again, may fare better. */
  boolean repeatable() {
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

  /**
   * Whether a save may be stored because of this attempt. UNIMPLEMENTED comes from servers that
   * have no such call, so that nothing ran.
   */
  boolean outcomeUnknown() {
    return decided
        ? error.reason() == Reason.OUTCOME_UNKNOWN
        : sent && code != Status.Code.UNIMPLEMENTED;
  }

  /**
   * Whether this answer to a repeat also says that no earlier attempt of the same save is stored.
   */
  boolean settlesEarlierAttempts() {
    return decided
        && switch (error.reason()) {
          case VERSION_CONFLICT, INVALID_REQUEST, COMMIT_TOO_LARGE, COMMIT_ID_REUSED -> true;
          default -> false;
        };
  }
}
