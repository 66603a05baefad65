package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.aether.v1.ReplayError;
import dev.aether.v1.VersionConflict;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.function.Executable;

/** An error as a client sees it. */
record Refusal(Status.Code code, String message, List<Any> details) {
  /** What the contract gives an error's trailers on the wire: proxies refuse what is far above. */
  static final int MAX_TRAILER_BYTES = 3 * 1024;

  static Refusal of(Throwable thrown) {
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    if (status == null) {
      throw new AssertionError("no status", thrown);
    }
    int bytes = trailerBytes(status);
    assertTrue(bytes <= MAX_TRAILER_BYTES, () -> "the trailers have " + bytes + " bytes");
    return new Refusal(
        Status.fromCodeValue(status.getCode()).getCode(),
        status.getMessage(),
        status.getDetailsList());
  }

  /** The status in base64, and its message once more with all but plain ASCII as %XX. */
  static int trailerBytes(com.google.rpc.Status status) {
    int bytes = Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray()).length();
    for (byte b : status.getMessage().getBytes(StandardCharsets.UTF_8)) {
      bytes += b >= ' ' && b < '~' && b != '%' ? 1 : 3;
    }
    return bytes;
  }

  /** Of a call that must be refused. */
  static Refusal of(Executable call) {
    return of(assertThrows(StatusRuntimeException.class, call));
  }

  /** Its reason, once it is sure that it is an error as the contract wants them. */
  String reason() {
    ErrorInfo info = info();
    assertEquals("aether", info.getDomain());
    return info.getReason();
  }

  Map<String, String> metadata() {
    return info().getMetadataMap();
  }

  private ErrorInfo info() {
    return detail(ErrorInfo.class).orElseThrow(() -> new AssertionError("no ErrorInfo: " + this));
  }

  /** How long to wait before the same call. */
  long retryAfterNanos() {
    return detail(RetryInfo.class)
        .map(info -> Durations.toNanos(info.getRetryDelay()))
        .orElseThrow(() -> new AssertionError("no RetryInfo: " + this));
  }

  VersionConflict conflict() {
    assertEquals("VERSION_CONFLICT", reason());
    assertEquals(Status.Code.ABORTED, code);
    return detail(VersionConflict.class)
        .orElseThrow(() -> new AssertionError("no VersionConflict: " + this));
  }

  /** The record that can't be read. */
  ReplayError replayError() {
    return detail(ReplayError.class)
        .orElseThrow(() -> new AssertionError("no ReplayError: " + this));
  }

  /** The fields that are named as wrong. */
  List<String> badFields() {
    assertEquals("INVALID_REQUEST", reason());
    assertEquals(Status.Code.INVALID_ARGUMENT, code);
    return detail(BadRequest.class)
        .orElseThrow(() -> new AssertionError("no BadRequest: " + this))
        .getFieldViolationsList()
        .stream()
        .map(BadRequest.FieldViolation::getField)
        .toList();
  }

  private <T extends Message> Optional<T> detail(Class<T> type) {
    try {
      for (Any any : details) {
        if (any.is(type)) {
          return Optional.of(any.unpack(type));
        }
      }
      return Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("not what it says", e);
    }
  }
}
