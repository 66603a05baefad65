package dev.aether.client;

import java.time.Instant;

/**
 * Says that an event was stored, without its data.
 *
 * @param namespace the namespace that holds the actor
 * @param actorId the actor
 * @param eventId identity of the event
 * @param type what kind of thing happened
 * @param version place in the actor's history, from 1
 * @param timestamp the event's own time
 * @param partition partition of the namespace, from 0
 * @param position position in the partition of the commit that holds the event
 */
public record EventStored(
    String namespace,
    String actorId,
    String eventId,
    String type,
    long version,
    Instant timestamp,
    int partition,
    long position) {}
