package dev.aether.client.internal.calls;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.aether.client.AetherException;
import dev.aether.client.CommitIdReusedException;
import dev.aether.client.CorruptRecordException;
import dev.aether.client.CursorExpiredException;
import dev.aether.client.CursorUnknownException;
import dev.aether.client.HistoryTrimmedException;
import dev.aether.client.InvalidRequestException;
import dev.aether.client.NamespaceExistsException;
import dev.aether.client.NamespaceNotFoundException;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.OverloadedException;
import dev.aether.client.Reason;
import dev.aether.client.ReplayError;
import dev.aether.client.ServerUnreachableException;
import dev.aether.client.SnapshotAheadException;
import dev.aether.client.SnapshotOutdatedException;
import dev.aether.client.StoreFullException;
import dev.aether.client.StoreUnavailableException;
import dev.aether.client.TooLargeException;
import dev.aether.client.VersionConflictException;
import dev.aether.client.internal.messages.Messages;
import dev.aether.v1.VersionConflict;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Converts gRPC statuses to {@link AetherException}, for all calls. */
public final class ErrorMapper {
  private static final String DOMAIN = "aether";

  /** What Netty adds to a failure to connect. */
  private static final String NETTY_INTERNALS = "\\RChannel Pipeline: .*";

  private ErrorMapper() {}

  /**
   * Converts a status other than OK.
   *
   * @param sent whether the request may have left this process
   */
  public static Failure failure(Status reported, @Nullable Metadata trailers, boolean sent) {
    Status status = connectionLost(reported) ? unavailable(reported) : reported;
    StatusRuntimeException cause = new StatusRuntimeException(status, trailers);
    com.google.rpc.Status details = StatusProto.fromThrowable(cause);
    ErrorInfo info = details == null ? null : detail(details, ErrorInfo.class);
    return info != null && info.getDomain().equals(DOMAIN)
        ? new Failure(decided(status, info, details, cause), status.getCode(), true, sent)
        : new Failure(undecided(status, sent, cause), status.getCode(), false, sent);
  }

  /** gRPC gives UNKNOWN to a call that begins while its connection is closing. */
  private static boolean connectionLost(Status status) {
    return status.getCode() == Status.Code.UNKNOWN
        && status.getCause() instanceof ClosedChannelException;
  }

  private static Status unavailable(Status lost) {
    return Status.UNAVAILABLE.withDescription(lost.getDescription()).withCause(lost.getCause());
  }

  /** Converts the failed outcome of one save of a stream. */
  public static Failure failure(com.google.rpc.Status said) {
    StatusRuntimeException cause = StatusProto.toStatusRuntimeException(said);
    return failure(cause.getStatus(), cause.getTrailers(), true);
  }

  private static AetherException decided(
      Status status, ErrorInfo info, com.google.rpc.Status details, StatusRuntimeException cause) {
    Reason reason = reason(info.getReason());
    String message = message(status);
    Map<String, String> metadata = info.getMetadataMap();
    return switch (reason) {
      case VERSION_CONFLICT -> conflict(message, metadata, details, cause);
      case INVALID_REQUEST ->
          new InvalidRequestException(message, metadata, violations(details), cause);
      case COMMIT_TOO_LARGE, SNAPSHOT_TOO_LARGE ->
          new TooLargeException(
              reason,
              message,
              metadata,
              number(metadata, "limit_bytes"),
              number(metadata, "size_bytes"),
              cause);
      case CURSOR_UNKNOWN -> new CursorUnknownException(message, metadata, cause);
      case CURSOR_EXPIRED -> new CursorExpiredException(message, metadata, cause);
      case HISTORY_TRIMMED -> new HistoryTrimmedException(message, metadata, cause);
      case COMMIT_ID_REUSED ->
          new CommitIdReusedException(message, metadata, text(metadata, "commit_id"), cause);
      case OVERLOADED -> new OverloadedException(message, metadata, retryAfter(details), cause);
      case STORE_UNAVAILABLE, SHUTTING_DOWN ->
          new StoreUnavailableException(reason, message, metadata, cause);
      case OUTCOME_UNKNOWN ->
          new OutcomeUnknownException(message, metadata, text(metadata, "commit_id"), cause);
      case CORRUPT_RECORD ->
          new CorruptRecordException(message, metadata, replayError(message, details), cause);
      case SNAPSHOT_AHEAD ->
          new SnapshotAheadException(message, metadata, number(metadata, "current_version"), cause);
      case SNAPSHOT_OUTDATED ->
          new SnapshotOutdatedException(
              message, metadata, number(metadata, "stored_version"), cause);
      case NAMESPACE_NOT_FOUND ->
          new NamespaceNotFoundException(message, metadata, text(metadata, "namespace"), cause);
      case NAMESPACE_EXISTS ->
          new NamespaceExistsException(
              message, metadata, text(metadata, "namespace"), false, cause);
      case STORE_FULL -> new StoreFullException(message, metadata, cause);
      case NO_SNAPSHOT, UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED ->
          new AetherException(reason, message, metadata, cause);
      case UNREACHABLE, DEADLINE_EXCEEDED, CANCELLED, CLIENT_CLOSED, UNKNOWN ->
          new AetherException(Reason.UNKNOWN, info.getReason() + ": " + message, metadata, cause);
    };
  }

  private static AetherException undecided(
      Status status, boolean sent, StatusRuntimeException cause) {
    Map<String, String> metadata = Map.of("grpc_code", status.getCode().name());
    String message = message(status);
    return switch (status.getCode()) {
      // CANCELLED: a stopping server resets its streams. Local cancellation reports no error.
      case UNAVAILABLE, CANCELLED -> new ServerUnreachableException(message, metadata, cause);
      case DEADLINE_EXCEEDED ->
          sent
              ? new AetherException(Reason.DEADLINE_EXCEEDED, message, metadata, cause)
              : new ServerUnreachableException(message, metadata, cause);
      case UNAUTHENTICATED -> new AetherException(Reason.UNAUTHENTICATED, message, metadata, cause);
      case PERMISSION_DENIED ->
          new AetherException(Reason.PERMISSION_DENIED, message, metadata, cause);
      default ->
          new AetherException(Reason.UNKNOWN, status.getCode() + ": " + message, metadata, cause);
    };
  }

  private static Reason reason(String name) {
    for (Reason reason : Reason.values()) {
      if (reason.name().equals(name)) {
        return reason;
      }
    }
    return Reason.UNKNOWN;
  }

  private static String message(Status status) {
    Throwable cause = telling(status.getCause());
    if (status.getDescription() == null) {
      return cause == null ? status.getCode().name() : cause.toString();
    }
    String description = status.getDescription().replaceFirst(NETTY_INTERNALS, "");
    return cause == null || cause.getMessage() == null
        ? description
        : description + ": " + cause.getMessage();
  }

  /** Only the last cause of a failed handshake says why it failed. */
  private static @Nullable Throwable telling(@Nullable Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof SSLException || cause instanceof CertificateException) {
      if (cause.getCause() == null) {
        return cause;
      }
      cause = cause.getCause();
    }
    return cause;
  }

  private static AetherException conflict(
      String message,
      Map<String, String> metadata,
      com.google.rpc.Status details,
      StatusRuntimeException cause) {
    VersionConflict conflict = detail(details, VersionConflict.class);
    return conflict == null
        ? new VersionConflictException(
            message,
            metadata,
            text(metadata, "actor_id"),
            number(metadata, "current_version"),
            number(metadata, "attempted_version"),
            List.of(),
            cause)
        : new VersionConflictException(
            message,
            metadata,
            conflict.getActorId(),
            conflict.getCurrentVersion(),
            conflict.getAttemptedVersion(),
            Messages.events(conflict.getMissedEventsList()),
            cause);
  }

  private static List<InvalidRequestException.FieldViolation> violations(
      com.google.rpc.Status details) {
    BadRequest badRequest = detail(details, BadRequest.class);
    return badRequest == null
        ? List.of()
        : badRequest.getFieldViolationsList().stream()
            .map(
                violation ->
                    new InvalidRequestException.FieldViolation(
                        violation.getField(), violation.getDescription()))
            .toList();
  }

  private static Duration retryAfter(com.google.rpc.Status details) {
    RetryInfo info = detail(details, RetryInfo.class);
    return info == null
        ? Duration.ZERO
        : Duration.ofSeconds(info.getRetryDelay().getSeconds(), info.getRetryDelay().getNanos());
  }

  private static ReplayError replayError(String message, com.google.rpc.Status details) {
    dev.aether.v1.ReplayError error = detail(details, dev.aether.v1.ReplayError.class);
    return error == null ? new ReplayError("", 0, 0, message) : Messages.replayError(error);
  }

  private static String text(Map<String, String> metadata, String key) {
    return metadata.getOrDefault(key, "");
  }

  private static long number(Map<String, String> metadata, String key) {
    try {
      return Long.parseUnsignedLong(metadata.getOrDefault(key, "0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** The first detail of this type; null if there is none or it cannot be decoded. */
  private static <M extends Message> @Nullable M detail(
      com.google.rpc.Status details, Class<M> type) {
    for (Any any : details.getDetailsList()) {
      if (any.is(type)) {
        try {
          return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
          return null;
        }
      }
    }
    return null;
  }
}
