package dev.aether.client;

import java.time.Instant;

/**
 * A notice that an event was stored, without its data.
 *
 * @param namespace the namespace of the actor
 * @param actorId the actor
 * @param eventId id of the event
 * @param type type of the event
 * @param version version of the event, from 1
 * @param timestamp timestamp of the event
 * @param partition partition of the namespace, from 0
 * @param position position in the partition of the commit that contains the event
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
