package dev.aether.client.actor;

import dev.aether.client.Saved;
import java.util.List;
import java.util.Optional;

/**
 * A command that was handled.
 *
 * @param actorId the actor
 * @param state its state afterwards
 * @param version the version up to which the state has its events
 * @param events what was decided and saved; empty: nothing was
 * @param saved how it is stored; empty: there was nothing to save
 */
public record Handled<S, E>(
    String actorId, S state, long version, List<E> events, Optional<Saved> saved) {
  /** Copies the events. */
  public Handled {
    events = List.copyOf(events);
  }
}
