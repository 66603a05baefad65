package dev.aether.server.measure;

import dev.aether.server.event.TraceContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records nothing. */
final class NoSpan implements Span {
  @Override
  public boolean isRecorded() {
    return false;
  }

  @Override
  public Optional<TraceContext> context() {
    return Optional.empty();
  }

  @Override
  public Span child(String name, Kind kind) {
    return this;
  }

  @Override
  public void set(String attribute, String value) {}

  @Override
  public void set(String attribute, long value) {}

  @Override
  public void end(@Nullable String error) {}
}
