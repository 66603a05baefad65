package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import org.jspecify.annotations.Nullable;

/**
 * Frames that come only when they were asked for: one call's, or those of several that follow each
 * other. Safe for use by many threads.
 */
public interface FrameFlow<F> {
  /** How many frames a reader is ahead of what it handed on. */
  int READ_AHEAD_FRAMES = 2;

  /** Receives frames, and then the end; never two things at once. */
  interface Receiver<F> {
    /** A frame. */
    void onFrame(F frame);

    /**
     * There are no more frames.
     *
     * @param error null: that was all
     */
    void onEnd(@Nullable AetherException error);
  }

  /** Begins, and asks for frames. Once. */
  void start(Receiver<F> receiver, int frames);

  /** Asks for more frames. */
  void request(int frames);

  /** Ends it; the receiver still hears the end. */
  void cancel();
}
