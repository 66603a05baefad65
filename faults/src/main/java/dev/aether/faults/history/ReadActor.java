package dev.aether.faults.history;

import java.util.List;

/**
 * An actor as it was read after the run.
 *
 * @param reader through which node it was read
 * @param listedVersion its latest version in the list of actors
 * @param events in the order in which they came
 */
public record ReadActor(
    String reader, String namespace, String actor, long listedVersion, List<Event> events) {

  /** An event with the {@link Content#of} it. */
  public record Event(long version, long content) {}

  public ReadActor {
    events = List.copyOf(events);
  }
}
