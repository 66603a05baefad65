package dev.aether.server.store.jetstream.format;

import dev.aether.server.event.LogId;

/**
 * The JetStream stream that holds a log.
 *
 * @param replicas of the stream; 1: whoever answers is the leader
 */
public record LogStream(LogId log, String name, int replicas) {
  public static LogStream of(LogId log, int replicas) {
    return new LogStream(log, SubjectCodec.stream(log), replicas);
  }
}
