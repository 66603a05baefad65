package dev.aether.server.event;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The place of a call in a trace, as W3C Trace Context writes it.
 *
 * @param traceparent 55 characters: version, trace id, id of the span, flags
 * @param tracestate what tracing systems have added, at most {@link #MAX_STATE} characters; may be
 *     empty
 */
public record TraceContext(String traceparent, String tracestate) {
  /** The name of the header and of the key in an event's metadata. */
  public static final String PARENT = "traceparent";

  /** The name of the header and of the key in an event's metadata. */
  public static final String STATE = "tracestate";

  /** The length that every tracing system must pass on. */
  public static final int MAX_STATE = 512;

  private static final int PARENT_LENGTH = 55;

  /** Neither id may be zero, and version ff is not allowed. */
  private static final Pattern FORM =
      Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  /**
   * The context that was sent; empty if {@code traceparent} is missing or malformed, since tracing
   * must not make a call fail. A malformed {@code tracestate} is left out.
   */
  public static Optional<TraceContext> of(
      @Nullable String traceparent, @Nullable String tracestate) {
    // The length first: the rest of a hostile text is not looked at.
    return traceparent != null
            && traceparent.length() == PARENT_LENGTH
            && FORM.matcher(traceparent).matches()
        ? Optional.of(
            new TraceContext(
                traceparent, tracestate != null && isState(tracestate) ? tracestate : ""))
        : Optional.empty();
  }

  private static boolean isState(String text) {
    return text.length() <= MAX_STATE && text.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  /** The size of the context in an event's metadata, keys included. */
  public int metadataBytes() {
    return PARENT.length()
        + traceparent.length()
        + (tracestate.isEmpty() ? 0 : STATE.length() + tracestate.length());
  }

  /** The number of keys of the context in an event's metadata. */
  public int metadataKeys() {
    return tracestate.isEmpty() ? 1 : 2;
  }
}
