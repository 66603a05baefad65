package dev.aether.client.retry;

import java.util.Locale;

/** A {@link BackgroundSaver} was closed before this save was completed. */
public final class AbandonedException extends RetryException {
  private final boolean maybeSaved;

  AbandonedException(String actorId, boolean maybeSaved) {
    super(
        maybeSaved
            ? String.format(
                Locale.ROOT,
                "the saver was closed during a save of actor \"%s\", which may or may not be stored",
                actorId)
            : String.format(
                Locale.ROOT,
                "the saver was closed before a save of actor \"%s\" started; it is not stored",
                actorId),
        null);
    this.maybeSaved = maybeSaved;
  }

  /** Whether the save had started and may be stored; if false, it is not stored. */
  public boolean maybeSaved() {
    return maybeSaved;
  }
}
