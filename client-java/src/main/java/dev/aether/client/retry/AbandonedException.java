package dev.aether.client.retry;

import java.util.Locale;

/** A {@link BackgroundSaver} was closed before this save was done. */
public final class AbandonedException extends RetryException {
  private final boolean maybeSaved;

  AbandonedException(String actorId, boolean maybeSaved) {
    super(
        maybeSaved
            ? String.format(
                Locale.ROOT,
                "the saver was closed while a save of actor \"%s\" was at work: it may be stored",
                actorId)
            : String.format(
                Locale.ROOT,
                "the saver was closed before a save of actor \"%s\" was begun",
                actorId),
        null);
    this.maybeSaved = maybeSaved;
  }

  /** Whether it was at work, so that it may be stored; false: it is not. */
  public boolean maybeSaved() {
    return maybeSaved;
  }
}
