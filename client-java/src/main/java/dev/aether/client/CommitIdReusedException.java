package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A commit with the same id but different content is already stored. This save is not stored. */
public final class CommitIdReusedException extends AetherException {
  private final String commitId;

  /** Creates the exception; public only for tests of code that handles it. */
  public CommitIdReusedException(
      String message, Map<String, String> metadata, String commitId, @Nullable Throwable cause) {
    super(Reason.COMMIT_ID_REUSED, message, metadata, cause);
    this.commitId = commitId;
  }

  /** The commit id. */
  public String commitId() {
    return commitId;
  }
}
