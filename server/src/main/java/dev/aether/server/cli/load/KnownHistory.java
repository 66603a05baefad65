package dev.aether.server.cli.load;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the store has of an actor: its latest version, and which version holds which event id. Used
 * by one thread.
 */
final class KnownHistory {
  /** Beyond this an actor's event ids don't fit into memory; 2 million take about 300 MB. */
  static final int MAX_EVENTS = 2_000_000;

  private final Map<String, long[]> versionsById = new HashMap<>();
  private long latestVersion;

  /** Takes the next stored event, in order of versions. */
  void add(String eventId, long version) {
    versionsById.merge(eventId, new long[] {version}, KnownHistory::join);
    latestVersion = version;
  }

  /** The actor got events that no later line can mean. */
  void advanceTo(long version) {
    latestVersion = version;
  }

  /** 0 for an actor without events. */
  long latestVersion() {
    return latestVersion;
  }

  /** Where the event is stored, if it is. */
  OptionalLong versionOf(ImportEvent event) {
    long[] versions = versionsById.getOrDefault(event.eventId(), new long[0]);
    return event.occurrence() <= versions.length
        ? OptionalLong.of(versions[event.occurrence() - 1])
        : OptionalLong.empty();
  }

  /** Size in memory, in event ids; at least one. */
  int weight() {
    return 1 + versionsById.size();
  }

  private static long[] join(long[] some, long[] next) {
    long[] joined = Arrays.copyOf(some, some.length + next.length);
    System.arraycopy(next, 0, joined, some.length, next.length);
    return joined;
  }
}
