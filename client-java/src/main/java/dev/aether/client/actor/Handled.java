package dev.aether.client.actor;

import dev.aether.client.Saved;
import java.util.List;
import java.util.Optional;

/**
 * The result of a command.
 *
 * @param actorId the actor
 * @param state its state after the command
 * @param version the version of the state
 * @param events the decided and saved events; empty if there were none
 * @param saved how the commit is stored; empty if there was nothing to save
 */
public record Handled<S, E>(
    String actorId, S state, long version, List<E> events, Optional<Saved> saved) {
  /** Copies the events. */
  public Handled {
    events = List.copyOf(events);
  }
}
