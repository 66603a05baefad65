package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tracks how far a streamed read has come, and therefore what the next call has to ask for. Used by
 * one thread at a time.
 *
 * @param <M> the message that a call delivers
 * @param <F> the frame that the receiver gets for it
 */
public interface ReadProgress<M, F> {
  /** The next call; null if nothing is left to read. */
  FrameCall.@Nullable Step<?, ?, M> next();

  /**
   * Records a message.
   *
   * @return the part of it that the receiver has not seen yet
   * @throws AetherException to end the read with this error
   */
  F received(M message);

  /** Names the read in log messages. */
  String what();

  /** Whether the read is complete when the server ends the call without an error. */
  boolean endsWithCall();

  /** A last frame for the receiver when the read is complete; null for none. */
  default @Nullable F last() {
    return null;
  }

  /**
   * A frame that tells the receiver that a call broke and another one will follow; null for none.
   *
   * @param attempt number of calls in a row that delivered nothing, from 1
   * @param retryIn delay before the next call
   */
  default @Nullable F lost(AetherException cause, int attempt, Duration retryIn) {
    return null;
  }
}
