package dev.aether.server.nats;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a nats-server tells its clients about itself and the store.
 *
 * @param server its name
 * @param version empty if it cannot be understood
 * @param cluster the name of its cluster; empty if it is alone
 * @param maxPayload the largest message in bytes
 * @param roundTrip to the server and back, the median of several
 * @param clockAhead by how much its clock is ahead of this machine's; negative if it is behind
 * @param storage of JetStream for this account; empty if this user may not see it
 * @param registry the registry of the store; empty if the store has not been created
 * @param streams the number of streams of the store
 * @param unwell streams that lack a leader or a current replica, of those that were looked at
 * @param looked how many streams were looked at
 */
public record NatsFacts(
    String server,
    Optional<NatsServerVersion> version,
    Optional<String> cluster,
    long maxPayload,
    Duration roundTrip,
    Duration clockAhead,
    Optional<Storage> storage,
    Optional<Registry> registry,
    int streams,
    List<String> unwell,
    int looked) {

  /**
   * JetStream's storage.
   *
   * @param used bytes on disk
   * @param limit of the account in bytes; negative if there is none
   */
  public record Storage(long used, long limit) {}

  /** The registry of a store. */
  public record Registry(int replicas) {}
}
