package dev.aether.server.cli.load;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What is stored of an actor: its latest version, and the versions by event id. Used by one thread.
 */
final class KnownHistory {
  /** The most event ids of an actor that are kept in memory; 2 million take about 300 MB. */
  static final int MAX_EVENTS = 2_000_000;

  private final Map<String, long[]> versionsById = new HashMap<>();
  private long latestVersion;

  /** Adds the next stored event, in the order of versions. */
  void add(String eventId, long version) {
    versionsById.merge(eventId, new long[] {version}, KnownHistory::join);
    latestVersion = version;
  }

  /** Records events of the actor that no later line can be a repeat of. */
  void advanceTo(long version) {
    latestVersion = version;
  }

  /** The latest version; 0 for an actor without events. */
  long latestVersion() {
    return latestVersion;
  }

  /** The version at which the event is stored, if it is. */
  OptionalLong versionOf(ImportEvent event) {
    long[] versions = versionsById.getOrDefault(event.eventId(), new long[0]);
    return event.occurrence() <= versions.length
        ? OptionalLong.of(versions[event.occurrence() - 1])
        : OptionalLong.empty();
  }

  /** The size in memory, measured in event ids; at least 1. */
  int weight() {
    return 1 + versionsById.size();
  }

  private static long[] join(long[] some, long[] next) {
    long[] joined = Arrays.copyOf(some, some.length + next.length);
    System.arraycopy(next, 0, joined, some.length, next.length);
    return joined;
  }
}
