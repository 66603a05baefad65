package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The commit id names a stored commit with other content. This save is not stored. */
public final class CommitIdReusedException extends AetherException {
  private final String commitId;

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
