package dev.aether.server.bus;

import dev.aether.server.event.Cursor;
import dev.aether.server.event.NamePattern;

/** What a subscriber asked for. */
public record SubscribeCommand(
    NamePattern namespaces, Start start, EventFilter filter, boolean reportCorrupt) {
  /** Where to begin. */
  public sealed interface Start {
    /** With what is stored after the call began. */
    record Live() implements Start {}

    /** With the first commit. */
    record Beginning() implements Start {}

    /** After a cursor. */
    record After(Cursor cursor) implements Start {}
  }
}
