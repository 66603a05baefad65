package dev.aether.faults.traffic;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.aether.faults.history.Answer;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.VersionConflict;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/** Reads the server's answers as docs/retries.md says. */
final class Answers {
  private static final String DOMAIN = "aether";
  private static final String CONFLICT = "VERSION_CONFLICT";
  private static final String UNKNOWN = "OUTCOME_UNKNOWN";
  private static final String BROKEN = "UNAVAILABLE";

  private Answers() {}

  static Answer saved(SaveEventsResponse response) {
    return new Answer.Saved(
        response.getFirstVersion(),
        response.getLastVersion(),
        response.getPosition(),
        response.getReplayed());
  }

  /** What the failure of a call says about its save. */
  static Answer failed(Throwable thrown) {
    return isBroken(thrown)
        ? new Answer.Unknown(BROKEN)
        : failed(Objects.requireNonNull(StatusProto.fromThrowable(thrown)));
  }

  /** Whether the connection broke, which gRPC's Netty transport may call UNKNOWN. */
  private static boolean isBroken(Throwable thrown) {
    return io.grpc.Status.fromThrowable(thrown).getCause() instanceof IOException;
  }

  static Answer failed(Status status) {
    String reason = reason(status);
    if (reason.equals(CONFLICT)) {
      return detail(status, VersionConflict.class)
          .<Answer>map(conflict -> new Answer.Conflict(conflict.getCurrentVersion()))
          .orElseGet(() -> new Answer.Refused("a conflict without details"));
    }
    boolean isOwn = detail(status, ErrorInfo.class).isPresent();
    return isOwn && !reason.equals(UNKNOWN)
        ? new Answer.Refused(reason)
        : new Answer.Unknown(reason);
  }

  /** The server's reason; without one, the status of gRPC. */
  static String reason(Throwable thrown) {
    return isBroken(thrown)
        ? BROKEN
        : reason(Objects.requireNonNull(StatusProto.fromThrowable(thrown)));
  }

  private static String reason(Status status) {
    return detail(status, ErrorInfo.class)
        .filter(info -> info.getDomain().equals(DOMAIN))
        .map(ErrorInfo::getReason)
        .orElseGet(() -> io.grpc.Status.fromCodeValue(status.getCode()).getCode().toString());
  }

  private static <T extends Message> Optional<T> detail(Status status, Class<T> type) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        try {
          return Optional.of(detail.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("a damaged detail in " + status, e);
        }
      }
    }
    return Optional.empty();
  }
}
