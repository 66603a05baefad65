package dev.aether.server.bus;

import dev.aether.server.codec.EncodedCommit;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.NamePattern;
import dev.aether.v1.Event;
import dev.aether.v1.NewEvent;
import java.util.Optional;
import java.util.Set;

/**
 * Selects the commits that a subscriber wants: those of a matching actor that contain an event of
 * one of the types.
 *
 * @param types if empty, events of every type match
 * @param actors if empty, every actor matches
 */
public record EventFilter(Set<String> types, Optional<NamePattern> actors) {
  /** Passes everything. */
  public static final EventFilter ALL = new EventFilter(Set.of(), Optional.empty());

  boolean passes(ActorId actor, EncodedCommit commit) {
    return actors.map(pattern -> pattern.matches(actor.value())).orElse(true)
        && (types.isEmpty() || commit.hasEventOf(types));
  }

  /**
   * Whether a broadcast passes. It has a type but no actor, so the actor pattern does not apply.
   */
  boolean passes(NewEvent broadcast) {
    return types.isEmpty() || types.contains(broadcast.getEventType());
  }

  /** Whether an event's type passes. The event belongs to a commit that passes. */
  public boolean passes(Event event) {
    return types.isEmpty() || types.contains(event.getEventType());
  }
}
