package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * It cannot be determined whether a save or another change was carried out. It may have been, or
 * may still be.
 *
 * <p>It is always safe to save the same events again with the same expected version, {@link
 * #commitId()} and {@link SaveCommand#retry()}: the commit is stored once and answered as the first
 * time. To save a different decision, use a new commit id, and only after the outcome of the first
 * save is known.
 */
public final class OutcomeUnknownException extends AetherException {
  private final String commitId;

  /** Creates the exception; public only for tests of code that handles it. */
  public OutcomeUnknownException(
      String message, Map<String, String> metadata, String commitId, @Nullable Throwable cause) {
    super(Reason.OUTCOME_UNKNOWN, message, metadata, cause);
    this.commitId = commitId;
  }

  /** The commit id with which to repeat the save; empty if the call was not a save. */
  public String commitId() {
    return commitId;
  }
}
