package dev.aether.client;

import java.time.Instant;
import java.util.List;

/**
 * A stored commit: 1 to 1000 events of one actor that were saved atomically.
 *
 * @param namespace the namespace of the actor
 * @param commitId the id that the writer gave to the save
 * @param actorId the actor
 * @param firstVersion version of the first event
 * @param lastVersion version of the last event
 * @param events the events in the order of their versions
 * @param partition partition of the namespace, from 0
 * @param position position in the partition; positions increase, with gaps
 * @param storedAt when JetStream stored the commit, by JetStream's clock
 */
public record Commit(
    String namespace,
    String commitId,
    String actorId,
    long firstVersion,
    long lastVersion,
    List<Event> events,
    int partition,
    long position,
    Instant storedAt) {

  /** Copies the events. */
  public Commit {
    events = List.copyOf(events);
  }
}
