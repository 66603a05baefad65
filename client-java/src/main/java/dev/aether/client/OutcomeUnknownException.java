package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A save, or another change, got no answer that says whether it is done: it may be, now or later.
 *
 * <p>Saving the same events with the same expectation, {@link #commitId()} and {@link
 * SaveCommand#retry()} is always safe: it is stored once and answered as the first time. Deciding
 * anew takes a new commit id, and only once the first outcome is known.
 */
public final class OutcomeUnknownException extends AetherException {
  private final String commitId;

  public OutcomeUnknownException(
      String message, Map<String, String> metadata, String commitId, @Nullable Throwable cause) {
    super(Reason.OUTCOME_UNKNOWN, message, metadata, cause);
    this.commitId = commitId;
  }

  /** The commit id of the save, to repeat it with; empty for what is no save. */
  public String commitId() {
    return commitId;
  }
}
