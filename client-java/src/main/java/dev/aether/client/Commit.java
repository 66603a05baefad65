package dev.aether.client;

import java.time.Instant;
import java.util.List;

/**
 * What one save stored, and where: 1 to 1000 events of one actor, all or nothing.
 *
 * @param namespace the namespace that holds the actor
 * @param commitId the writer's name for the save
 * @param actorId the actor
 * @param firstVersion version of the first event
 * @param lastVersion version of the last event
 * @param events the events in order of their versions
 * @param partition partition of the namespace, from 0
 * @param position place in the partition: rising, not dense
 * @param storedAt when JetStream stored it, by JetStream's own clock
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
