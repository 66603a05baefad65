package dev.aether.server.bus;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.NamePattern;
import dev.aether.v1.Commit;
import dev.aether.v1.Event;
import dev.aether.v1.NewEvent;
import java.util.Optional;
import java.util.Set;

/**
 * Which commits a subscriber wants: those of a matching actor with an event of one of the types.
 *
 * @param types none: every type
 * @param actors empty: every actor
 */
public record EventFilter(Set<String> types, Optional<NamePattern> actors) {
  /** Lets everything pass. */
  public static final EventFilter ALL = new EventFilter(Set.of(), Optional.empty());

  boolean passes(ActorId actor, Commit commit) {
    return actors.map(pattern -> pattern.matches(actor.value())).orElse(true)
        && (types.isEmpty() || commit.getEventsList().stream().anyMatch(this::passes));
  }

  /**
   * Whether a broadcast is wanted: it has a type and no actor, so what was said of actors is not
   * meant for it.
   */
  boolean passes(NewEvent broadcast) {
    return types.isEmpty() || types.contains(broadcast.getEventType());
  }

  /** Whether an event of a commit that passes is one of those that made it pass. */
  public boolean passes(Event event) {
    return types.isEmpty() || types.contains(event.getEventType());
  }
}
