package dev.aether.server.store.jetstream;

import dev.aether.server.event.Durability;
import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.server.nats.NatsAccess;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How to reach NATS and how to set up the store there.
 *
 * @param urls one or more servers of one cluster
 * @param name the name of this node, as NATS shows it
 * @param connectWithin how long to wait for NATS and its JetStream
 * @param replicas of the registry, and the default for new namespaces
 * @param autoCreate whether the first save to a namespace creates it
 * @param autoCreateLimit a save creates no namespace if there are this many
 * @param groupCommit from how many waiting saves on they are published as a batch
 * @param disk why JetStream's disk is full; empty if it is not, or if this node cannot see it.
 *     Cheap; called by one thread
 * @param beforeBatch is called with a stream's name before a batch is published to it. Must not
 *     throw or block
 * @param sync when NATS syncs acknowledged messages to disk, as far as this is known
 * @param access how to identify to NATS
 */
public record JetStreamConfig(
    List<String> urls,
    String name,
    Duration connectWithin,
    int replicas,
    boolean autoCreate,
    int autoCreateLimit,
    GroupCommitThresholds groupCommit,
    Supplier<Optional<String>> disk,
    Consumer<String> beforeBatch,
    Durability.Sync sync,
    NatsAccess access) {

  /**
   * A configuration with group commit and without a namespace limit, for a disk that this node
   * cannot see.
   */
  public JetStreamConfig(
      List<String> urls,
      String name,
      Duration connectWithin,
      int replicas,
      boolean autoCreate,
      Durability.Sync sync) {
    this(
        urls,
        name,
        connectWithin,
        replicas,
        autoCreate,
        Integer.MAX_VALUE,
        GroupCommitThresholds.DEFAULT,
        Optional::empty,
        stream -> {},
        sync,
        NatsAccess.BY_URL);
  }
}
