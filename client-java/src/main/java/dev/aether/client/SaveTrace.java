package dev.aether.client;

import org.jspecify.annotations.Nullable;

/** One save, as a step of a trace. */
public interface SaveTrace {
  /**
   * Where the save is in its trace, as W3C Trace Context writes it. The server stores it in the
   * metadata of events that have no traceparent. It is no part of the commit: a save that is sent
   * again is recognised whatever its trace.
   *
   * @return may be empty
   */
  String traceparent();

  /** The W3C tracestate that belongs to {@link #traceparent}; may be empty. */
  String tracestate();

  /**
   * A {@link SaveStream} had no room for the save, so nothing was sent. It does not end: the caller
   * begins it again later.
   */
  default void notTaken() {}

  /**
   * The save has ended. Called once, by any thread. One of the arguments is null.
   *
   * @param failure an {@link AetherException}, or a cancellation
   */
  void ended(@Nullable Saved saved, @Nullable Throwable failure);
}
