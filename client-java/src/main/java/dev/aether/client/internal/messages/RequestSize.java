package dev.aether.client.internal.messages;

import com.google.protobuf.MessageLite;
import dev.aether.client.Reason;
import dev.aether.client.TooLargeException;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveSnapshotRequest;
import java.util.Map;

/**
 * Refuses requests that are larger than gRPC lets through. gRPC would fail them without a reason,
 * before the server knows the caller; smaller requests are left to the server's own limit.
 */
public final class RequestSize {
  /** gRPC's limit of a message in Aether's servers. */
  public static final int MAX_REQUEST_BYTES = 4 << 20;

  /** The protocol's limit of a commit and of a snapshot; a server may have a lower one. */
  private static final int MAX_STORED_BYTES = 3 << 20;

  private RequestSize() {}

  /** Whether no server accepts the request. */
  public static boolean isTooLarge(MessageLite request) {
    return request.getSerializedSize() > MAX_REQUEST_BYTES;
  }

  /** The error of a save that is too large. */
  public static TooLargeException tooLarge(SaveEventsRequest request) {
    return tooLarge(Reason.COMMIT_TOO_LARGE, "commit", request);
  }

  /** The error of a snapshot that is too large. */
  public static TooLargeException tooLarge(SaveSnapshotRequest request) {
    return tooLarge(Reason.SNAPSHOT_TOO_LARGE, "snapshot", request);
  }

  private static TooLargeException tooLarge(Reason reason, String what, MessageLite request) {
    int sizeBytes = request.getSerializedSize();
    return new TooLargeException(
        reason,
        what + " too large: " + sizeBytes + " bytes encoded, the limit is " + MAX_STORED_BYTES,
        Map.of("limit_bytes", "" + MAX_STORED_BYTES, "size_bytes", "" + sizeBytes),
        MAX_STORED_BYTES,
        sizeBytes,
        null);
  }
}
