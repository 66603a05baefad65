package dev.aether.server.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.aether.server.event.Causes;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Event;
import dev.aether.v1.ReplayError;
import dev.aether.v1.VersionConflict;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where an exception becomes a status. */
final class StatusMapper {
  private static final Logger LOG = LoggerFactory.getLogger(StatusMapper.class);
  private static final String DOMAIN = "aether";

  /** All details of an error with its message: they travel in trailers, which are small. */
  static final int DETAILS_BYTES = 4 * 1024;

  private StatusMapper() {}

  /**
   * The status of a failed call, with its details. What nobody foresaw is logged, and INTERNAL
   * without domain.
   */
  static StatusRuntimeException toStatus(Throwable thrown) {
    return Causes.unwrapped(thrown) instanceof StatusRuntimeException status
        ? status
        : StatusProto.toStatusRuntimeException(toProto(thrown));
  }

  /** The same as a message. */
  static com.google.rpc.Status toProto(Throwable thrown) {
    Throwable root = Causes.unwrapped(thrown);
    if (root instanceof StoreException known) {
      return toProto(known);
    }
    if (root instanceof ConflictWithEvents conflict) {
      return withAsManyAsFit(conflict);
    }
    LOG.error("unforeseen", root);
    return com.google.rpc.Status.newBuilder()
        .setCode(Code.INTERNAL.getNumber())
        .setMessage("internal error, see the server's log")
        .build();
  }

  private static com.google.rpc.Status toProto(StoreException thrown) {
    com.google.rpc.Status.Builder status = withoutDetail(thrown);
    if (thrown instanceof StoreException.VersionConflict conflict) {
      status.addDetails(Any.pack(detail(conflict).build()));
    } else if (thrown instanceof StoreException.InvalidRequest invalid) {
      status.addDetails(Any.pack(detail(invalid)));
    } else if (thrown instanceof StoreException.Overloaded overloaded) {
      status.addDetails(Any.pack(detail(overloaded)));
    } else if (thrown instanceof StoreException.CorruptRecord corrupt) {
      status.addDetails(Any.pack(replayError(corrupt)));
    }
    return status.build();
  }

  private static com.google.rpc.Status.Builder withoutDetail(StoreException thrown) {
    return com.google.rpc.Status.newBuilder()
        .setCode(code(thrown.reason()).getNumber())
        .setMessage(thrown.getMessage())
        .addDetails(
            Any.pack(
                ErrorInfo.newBuilder()
                    .setDomain(DOMAIN)
                    .setReason(thrown.reason().name())
                    .putAllMetadata(thrown.metadata())
                    .build()));
  }

  /** Whole events only, up to the first that does not fit: there is never a gap. */
  private static com.google.rpc.Status withAsManyAsFit(ConflictWithEvents conflict) {
    com.google.rpc.Status fitting = toProto(conflict.conflict());
    VersionConflict.Builder detail = detail(conflict.conflict());
    for (Event missed : conflict.events()) {
      if (missed.getSerializedSize() > DETAILS_BYTES) {
        return fitting;
      }
      com.google.rpc.Status larger =
          withoutDetail(conflict.conflict())
              .addDetails(Any.pack(detail.addMissedEvents(missed).build()))
              .build();
      if (larger.getSerializedSize() > DETAILS_BYTES) {
        return fitting;
      }
      fitting = larger;
    }
    return fitting;
  }

  private static VersionConflict.Builder detail(StoreException.VersionConflict conflict) {
    return VersionConflict.newBuilder()
        .setActorId(conflict.actor().value())
        .setCurrentVersion(conflict.currentVersion())
        .setAttemptedVersion(conflict.attemptedVersion());
  }

  private static BadRequest detail(StoreException.InvalidRequest invalid) {
    BadRequest.Builder request = BadRequest.newBuilder();
    invalid
        .faults()
        .forEach(
            fault ->
                request.addFieldViolations(
                    BadRequest.FieldViolation.newBuilder()
                        .setField(fault.field())
                        .setDescription(fault.fault())));
    return request.build();
  }

  private static RetryInfo detail(StoreException.Overloaded overloaded) {
    java.time.Duration delay = overloaded.retryAfter();
    return RetryInfo.newBuilder()
        .setRetryDelay(
            Duration.newBuilder().setSeconds(delay.getSeconds()).setNanos(delay.getNano()))
        .build();
  }

  static ReplayError replayError(StoreException.CorruptRecord corrupt) {
    return ReplayError.newBuilder()
        .setActorId(corrupt.actorId())
        .setPartition(corrupt.partition())
        .setPosition(corrupt.position())
        .setReason(corrupt.why())
        .build();
  }

  /** A record that can't be decoded, as those see it who asked to be told. */
  static ReplayError replayError(LogEntry.Corrupt record) {
    return ReplayError.newBuilder()
        .setActorId(record.actorId())
        .setPartition(record.partition())
        .setPosition(record.position())
        .setReason(record.why())
        .build();
  }

  private static Code code(Reason reason) {
    return switch (reason) {
      case VERSION_CONFLICT -> Code.ABORTED;
      case INVALID_REQUEST, COMMIT_TOO_LARGE, SNAPSHOT_TOO_LARGE, CURSOR_UNKNOWN ->
          Code.INVALID_ARGUMENT;
      case CURSOR_EXPIRED, HISTORY_TRIMMED -> Code.OUT_OF_RANGE;
      case COMMIT_ID_REUSED, SNAPSHOT_AHEAD, SNAPSHOT_OUTDATED -> Code.FAILED_PRECONDITION;
      case NO_SNAPSHOT, NAMESPACE_NOT_FOUND -> Code.NOT_FOUND;
      case NAMESPACE_EXISTS -> Code.ALREADY_EXISTS;
      case OVERLOADED, STORE_FULL -> Code.RESOURCE_EXHAUSTED;
      case STORE_UNAVAILABLE, OUTCOME_UNKNOWN, SHUTTING_DOWN -> Code.UNAVAILABLE;
      case CORRUPT_RECORD -> Code.DATA_LOSS;
      case UNIMPLEMENTED -> Code.UNIMPLEMENTED;
    };
  }
}
