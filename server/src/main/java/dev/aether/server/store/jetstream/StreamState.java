package dev.aether.server.store.jetstream;

/**
 * What JetStream says about a stream.
 *
 * @param config its configuration, as JetStream's JSON
 * @param messages how many it has
 * @param bytes the size of its messages in JetStream
 * @param firstSequence the sequence of the first message
 * @param lastSequence the sequence of the last message
 */
public record StreamState(
    String config, long messages, long bytes, long firstSequence, long lastSequence) {}
