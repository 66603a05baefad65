package dev.aether.server.measure;

import dev.aether.server.event.TraceContext;
import java.util.Optional;

/** Where the parts of a node begin the spans that they record. Thread-safe. */
public interface Traces {
  /** Records nothing. */
  Traces NONE =
      new Traces() {
        @Override
        public boolean areOn() {
          return false;
        }

        @Override
        public Span begin(String name, Span.Kind kind, Optional<TraceContext> parent) {
          return Span.NONE;
        }
      };

  /** Whether spans may be recorded at all. */
  boolean areOn();

  /**
   * Begins a span.
   *
   * @param parent the caller's place in a trace, which also decides whether the span is recorded;
   *     empty to begin a trace
   * @return {@link Span#NONE} if it is not to be recorded
   */
  Span begin(String name, Span.Kind kind, Optional<TraceContext> parent);
}
