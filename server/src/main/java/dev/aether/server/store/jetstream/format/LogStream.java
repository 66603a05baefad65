package dev.aether.server.store.jetstream.format;

import dev.aether.server.event.LogId;

/**
 * The JetStream stream of a log.
 *
 * @param replicas of the stream; 1: every response comes from the leader
 */
public record LogStream(LogId log, String name, int replicas) {
  public static LogStream of(LogId log, int replicas) {
    return new LogStream(log, SubjectCodec.stream(log), replicas);
  }
}
