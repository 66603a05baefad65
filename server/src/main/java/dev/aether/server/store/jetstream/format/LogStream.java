package dev.aether.server.store.jetstream.format;

import dev.aether.server.event.LogId;

/**
 * The JetStream stream of a log.
 *
 * @param replicas how many copies of a commit the registry promises
 * @param hasFollowers whether servers other than the leader may respond to reads. In a cluster,
 *     this may be so even with one replica: another node may just have added some
 */
public record LogStream(LogId log, String name, int replicas, boolean hasFollowers) {
  /** A stream that has as many copies as the registry says. */
  public static LogStream of(LogId log, int replicas) {
    return of(log, replicas, replicas > 1);
  }

  /** A stream. */
  public static LogStream of(LogId log, int replicas, boolean hasFollowers) {
    return new LogStream(log, SubjectCodec.stream(log), replicas, hasFollowers);
  }
}
