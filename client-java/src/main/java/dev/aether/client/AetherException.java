package dev.aether.client;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call failed. {@link #reason()} says why, for programs; the message is for people. What is
 * expected to be handled has a type of its own.
 */
public sealed class AetherException extends RuntimeException
    permits ClientClosedException,
        CommitIdReusedException,
        CorruptRecordException,
        CursorExpiredException,
        CursorUnknownException,
        HistoryTrimmedException,
        InvalidRequestException,
        NamespaceExistsException,
        NamespaceNotFoundException,
        OutcomeUnknownException,
        OverloadedException,
        ServerUnreachableException,
        SnapshotAheadException,
        SnapshotOutdatedException,
        StoreFullException,
        StoreUnavailableException,
        TooLargeException,
        VersionConflictException {

  private final Reason reason;
  private final transient Map<String, String> metadata;

  public AetherException(
      Reason reason, String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.metadata = Map.copyOf(metadata);
  }

  /** Why the call failed. */
  public Reason reason() {
    return reason;
  }

  /** The values that belong to the reason, as the server sent them; empty if it sent none. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** What happened, for people; never null. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
