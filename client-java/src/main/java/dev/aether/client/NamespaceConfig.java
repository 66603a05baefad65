package dev.aether.client;

import org.jspecify.annotations.Nullable;

/**
 * How a namespace is kept.
 *
 * @param replicas replicas of its streams: 1, 3 or 5; 0: the server's default
 * @param partitions fixed when it is made; 0: 1
 * @param history what of actors' histories is trimmed; null: nothing
 * @param maxBytes bytes that it may take in each partition; 0: no limit
 */
public record NamespaceConfig(
    int replicas, int partitions, @Nullable HistoryRules history, long maxBytes) {
  private static final NamespaceConfig DEFAULTS = new NamespaceConfig(0, 0, null, 0);

  /** Checks that no number is negative. */
  public NamespaceConfig {
    if (replicas < 0 || partitions < 0 || maxBytes < 0) {
      throw new IllegalArgumentException("replicas, partitions and maxBytes can't be negative");
    }
  }

  /** The server's replicas, one partition, nothing trimmed, no limit. */
  public static NamespaceConfig defaults() {
    return DEFAULTS;
  }

  /** This with another number of replicas. */
  public NamespaceConfig withReplicas(int replicas) {
    return new NamespaceConfig(replicas, partitions, history, maxBytes);
  }

  /** This with another number of partitions. */
  public NamespaceConfig withPartitions(int partitions) {
    return new NamespaceConfig(replicas, partitions, history, maxBytes);
  }

  /** This with other rules of what is trimmed; null: nothing is. */
  public NamespaceConfig withHistory(@Nullable HistoryRules history) {
    return new NamespaceConfig(replicas, partitions, history, maxBytes);
  }

  /** This with another limit in bytes; 0: none. */
  public NamespaceConfig withMaxBytes(long maxBytes) {
    return new NamespaceConfig(replicas, partitions, history, maxBytes);
  }
}
