package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A commit ({@link Reason#COMMIT_TOO_LARGE}) or a snapshot ({@link Reason#SNAPSHOT_TOO_LARGE})
 * exceeds the server's limit; nothing was stored.
 */
public final class TooLargeException extends AetherException {
  private final long limitBytes;
  private final long sizeBytes;

  /** Creates the exception; public only for tests of code that handles it. */
  public TooLargeException(
      Reason reason,
      String message,
      Map<String, String> metadata,
      long limitBytes,
      long sizeBytes,
      @Nullable Throwable cause) {
    super(reason, message, metadata, cause);
    this.limitBytes = limitBytes;
    this.sizeBytes = sizeBytes;
  }

  /** The limit of the encoded size in bytes; 0 if the server does not report it. */
  public long limitBytes() {
    return limitBytes;
  }

  /** The encoded size in bytes; 0 if the server does not report it. */
  public long sizeBytes() {
    return sizeBytes;
  }
}
