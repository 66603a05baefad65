package dev.aether.server.grpc.errors;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Decides which ends of calls are errors of the server, by OpenTelemetry's conventions for RPCs.
 */
public final class SpanErrors {
  private SpanErrors() {}

  /** The error to record in the span of a call; null if the server was not at fault. */
  public static @Nullable String of(Status status) {
    return switch (status.getCode()) {
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS ->
          // The description may have the id of an actor, which is none of the collector's business.
          status.getCode().name();
      case OK,
          CANCELLED,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNAUTHENTICATED ->
          null;
    };
  }
}
