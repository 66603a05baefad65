package dev.aether.server.store;

import org.jspecify.annotations.Nullable;

/** Learns what a store does for one save, so that a trace can show it. Thread-safe. */
public interface SaveTrace {
  /** Learns nothing. */
  SaveTrace NONE = stream -> Publish.NONE;

  /** A publish that waits for its acknowledgement. */
  @FunctionalInterface
  interface Publish {
    /** Learns nothing. */
    Publish NONE = failure -> {};

    /**
     * It was acknowledged, or failed.
     *
     * @param failure null if it was acknowledged
     */
    void ended(@Nullable Throwable failure);
  }

  /** The commit is published to a stream. May happen again if that has no effect. */
  Publish publishing(String stream);
}
