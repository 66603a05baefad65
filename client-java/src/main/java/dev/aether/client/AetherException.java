package dev.aether.client;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call failed. Programs use {@link #reason()}; the message is meant for people. Failures that
 * callers usually handle have their own subclasses.
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

  /** Creates the exception; public only for tests of code that handles it. */
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

  /** Details of the reason as the server sent them; empty if it sent none. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** A description for people; never null. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
