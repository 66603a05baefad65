package dev.aether.server.grpc.errors;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Event;
import dev.aether.v1.ReplayError;
import dev.aether.v1.VersionConflict;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Maps exceptions to gRPC statuses. The only place that does. */
public final class StatusMapper {
  private static final Logger LOG = LoggerFactory.getLogger(StatusMapper.class);
  private static final String DOMAIN = "aether";

  private StatusMapper() {}

  /**
   * The status of a failed call, with its details. An unexpected exception is logged and becomes
   * INTERNAL without details.
   */
  public static StatusRuntimeException toStatus(Throwable thrown) {
    return Exceptions.unwrap(thrown) instanceof StatusRuntimeException status
        ? status
        : StatusProto.toStatusRuntimeException(toProto(thrown));
  }

  /** The same status as a protobuf message. */
  public static com.google.rpc.Status toProto(Throwable thrown) {
    Throwable root = Exceptions.unwrap(thrown);
    if (root instanceof StoreException known) {
      return toProto(known);
    }
    if (root instanceof ConflictWithEvents conflict) {
      return toProto(conflict.conflict(), conflict.events());
    }
    LOG.error("unexpected error in a call", root);
    return com.google.rpc.Status.newBuilder()
        .setCode(Code.INTERNAL.getNumber())
        .setMessage("internal error: see the server's log")
        .build();
  }

  private static com.google.rpc.Status toProto(StoreException thrown) {
    if (thrown instanceof StoreException.VersionConflict conflict) {
      return toProto(conflict, List.of());
    } else if (thrown instanceof StoreException.InvalidRequest invalid) {
      return toProto(invalid);
    } else if (thrown instanceof StoreException.Overloaded overloaded) {
      return with(withoutDetail(overloaded), detail(overloaded));
    } else if (thrown instanceof StoreException.CorruptRecord corrupt) {
      return with(withoutDetail(corrupt), replayError(corrupt));
    }
    return withoutDetail(thrown);
  }

  private static com.google.rpc.Status withoutDetail(StoreException thrown) {
    return com.google.rpc.Status.newBuilder()
        .setCode(code(thrown.reason()).getNumber())
        .setMessage(Trailers.message(thrown.getMessage()))
        .addDetails(
            Any.pack(
                ErrorInfo.newBuilder()
                    .setDomain(DOMAIN)
                    .setReason(thrown.reason().name())
                    .putAllMetadata(thrown.metadata())
                    .build()))
        .build();
  }

  private static com.google.rpc.Status with(com.google.rpc.Status status, Message detail) {
    return status.toBuilder().addDetails(Any.pack(detail)).build();
  }

  private static com.google.rpc.Status toProto(
      StoreException.VersionConflict conflict, List<Event> missed) {
    VersionConflict.Builder detail =
        VersionConflict.newBuilder()
            .setActorId(conflict.actor().value())
            .setCurrentVersion(conflict.currentVersion())
            .setAttemptedVersion(conflict.attemptedVersion());
    return withAsManyAsFit(
        withoutDetail(conflict),
        missed.stream()
            .takeWhile(event -> event.getSerializedSize() <= Trailers.MAX_BYTES)
            .toList(),
        detail::addMissedEvents,
        detail::build);
  }

  private static com.google.rpc.Status toProto(StoreException.InvalidRequest invalid) {
    BadRequest.Builder detail = BadRequest.newBuilder();
    return withAsManyAsFit(
        withoutDetail(invalid),
        invalid.violations(),
        violation ->
            detail.addFieldViolations(
                BadRequest.FieldViolation.newBuilder()
                    .setField(Trailers.text(violation.field()))
                    .setDescription(Trailers.text(violation.description()))),
        detail::build);
  }

  /**
   * Adds whole items up to the first that does not fit, so there is never a gap.
   *
   * @param add adds an item to the detail
   * @param detail builds the detail with the items added so far; without any it always fits
   */
  private static <T> com.google.rpc.Status withAsManyAsFit(
      com.google.rpc.Status without, List<T> items, Consumer<T> add, Supplier<Message> detail) {
    com.google.rpc.Status fitting = with(without, detail.get());
    for (T item : items) {
      add.accept(item);
      com.google.rpc.Status larger = with(without, detail.get());
      if (!Trailers.fit(larger)) {
        return fitting;
      }
      fitting = larger;
    }
    return fitting;
  }

  private static RetryInfo detail(StoreException.Overloaded overloaded) {
    java.time.Duration delay = overloaded.retryAfter();
    return RetryInfo.newBuilder()
        .setRetryDelay(
            Duration.newBuilder().setSeconds(delay.getSeconds()).setNanos(delay.getNano()))
        .build();
  }

  public static ReplayError replayError(StoreException.CorruptRecord corrupt) {
    return ReplayError.newBuilder()
        .setActorId(Trailers.text(corrupt.actorId()))
        .setPartition(corrupt.partition())
        .setPosition(corrupt.position())
        .setReason(Trailers.text(corrupt.why()))
        .build();
  }

  /** A record that cannot be decoded, as reported to clients that set report_corrupt. */
  public static ReplayError replayError(LogEntry.Corrupt record) {
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
      case UNAUTHENTICATED -> Code.UNAUTHENTICATED;
      case PERMISSION_DENIED -> Code.PERMISSION_DENIED;
      case UNIMPLEMENTED -> Code.UNIMPLEMENTED;
    };
  }
}
