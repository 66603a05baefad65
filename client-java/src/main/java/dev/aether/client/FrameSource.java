package dev.aether.client;

import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.Function;

/**
 * A server-streaming call that can be made any number of times, and what its frames hold.
 *
 * @param connection where to call
 * @param method the RPC
 * @param request the request
 * @param patience how long to wait for a frame that was asked for
 * @param items what a frame holds, in order
 */
record FrameSource<Q, F, T>(
    Connection connection,
    MethodDescriptor<Q, F> method,
    Q request,
    Duration patience,
    Function<F, Iterator<T>> items) {

  /** How many frames a reader is ahead of what it handed on. */
  static final int READ_AHEAD_FRAMES = 2;

  /** Makes a call, not started yet. */
  FrameCall<Q, F> newCall() {
    connection.checkOpen();
    return new FrameCall<>(connection, method, patience);
  }
}
