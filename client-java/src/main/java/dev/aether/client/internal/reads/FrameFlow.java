package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import org.jspecify.annotations.Nullable;

/**
 * Frames that are delivered on request: those of one call, or of several calls that follow each
 * other. Safe for use by many threads.
 */
public interface FrameFlow<F> {
  /** How many frames are requested ahead of what the reader has consumed. */
  int READ_AHEAD_FRAMES = 2;

  /** Receives frames and then the end; calls are never concurrent. */
  interface Receiver<F> {
    /** Receives a frame. */
    void onFrame(F frame);

    /**
     * Called when there are no more frames.
     *
     * @param error null if everything was delivered
     */
    void onEnd(@Nullable AetherException error);
  }

  /** Starts the flow and requests frames. Called once. */
  void start(Receiver<F> receiver, int frames);

  /** Requests more frames. */
  void request(int frames);

  /** Cancels the flow; the receiver is still told the end. */
  void cancel();
}
