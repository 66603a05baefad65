package dev.aether.client.internal.reads;

import java.util.Iterator;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A read that can be started any number of times.
 *
 * @param flows creates a flow that is not started yet; throws {@link IllegalStateException} if the
 *     client is closed
 * @param items returns the items of a frame, in order
 */
public record FrameSource<F, T>(Supplier<FrameFlow<F>> flows, Function<F, Iterator<T>> items) {

  /** Creates a flow that is not started yet. */
  FrameFlow<F> newFlow() {
    return flows.get();
  }
}
