package dev.aether.client;

import org.jspecify.annotations.Nullable;

/**
 * The configuration of a namespace.
 *
 * @param replicas replicas of its streams: 1, 3 or 5; 0 for the server's default, and in an update
 *     for the current number
 * @param partitions number of partitions, which cannot change later; 0 for 1
 * @param history which events are trimmed; null for none
 * @param maxBytes maximum size of each partition in bytes; 0 for no limit
 */
public record NamespaceConfig(
    int replicas, int partitions, @Nullable HistoryRules history, long maxBytes) {
  private static final NamespaceConfig DEFAULTS = new NamespaceConfig(0, 0, null, 0);

  /** Checks that no number is negative. */
  public NamespaceConfig {
    if (replicas < 0 || partitions < 0 || maxBytes < 0) {
      throw new IllegalArgumentException("replicas, partitions and maxBytes must not be negative");
    }
  }

  /** The server's default number of replicas, one partition, no trimming, no size limit. */
  public static NamespaceConfig defaults() {
    return DEFAULTS;
  }

  /** Returns this configuration with another number of replicas. */
  public NamespaceConfig withReplicas(int replicas) {
    return new NamespaceConfig(replicas, partitions, history, maxBytes);
  }

  /** Returns this configuration with another number of partitions. */
  public NamespaceConfig withPartitions(int partitions) {
    return new NamespaceConfig(replicas, partitions, history, maxBytes);
  }

  /** Returns this configuration with other trimming rules; null for none. */
  public NamespaceConfig withHistory(@Nullable HistoryRules history) {
    return new NamespaceConfig(replicas, partitions, history, maxBytes);
  }

  /** Returns this configuration with another size limit in bytes; 0 for none. */
  public NamespaceConfig withMaxBytes(long maxBytes) {
    return new NamespaceConfig(replicas, partitions, history, maxBytes);
  }
}
