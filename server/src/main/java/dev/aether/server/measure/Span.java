package dev.aether.server.measure;

import dev.aether.server.event.TraceContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A step of a trace that is being recorded. It is sent when it has ended, which happens once.
 * Thread-safe.
 */
public interface Span {
  /** Records nothing. */
  Span NONE = new NoSpan();

  /** What a span stands for, by OpenTelemetry's kinds. */
  enum Kind {
    /** This node serves a request. */
    SERVER,
    /** This node waits for another server. */
    CLIENT
  }

  /** Whether anything is recorded. If not, whoever has attributes need not compute them. */
  boolean isRecorded();

  /** Where this span is in its trace; empty if it is not recorded. */
  Optional<TraceContext> context();

  /** Begins a step within this one. Returns {@link #NONE} if this one is not recorded. */
  Span child(String name, Kind kind);

  /** Adds an attribute, with a name by OpenTelemetry's conventions. */
  void set(String attribute, String value);

  /** Adds an attribute, with a name by OpenTelemetry's conventions. */
  void set(String attribute, long value);

  /**
   * Ends the span.
   *
   * @param error what was wrong with this node or with what it needs; null if nothing was
   */
  void end(@Nullable String error);
}
