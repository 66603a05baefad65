package dev.aether.client.internal.reads;

import java.util.Iterator;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Frames that can be asked for any number of times, and what they hold.
 *
 * @param flows makes a flow, not started yet; throws {@link IllegalStateException} once the client
 *     is closed
 * @param items what a frame holds, in order
 */
public record FrameSource<F, T>(Supplier<FrameFlow<F>> flows, Function<F, Iterator<T>> items) {

  /** Makes a flow, not started yet. */
  FrameFlow<F> newFlow() {
    return flows.get();
  }
}
