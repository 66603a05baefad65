package dev.aether.examples.common;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import dev.aether.examples.local.LocalCluster;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Where an example's servers are: those of {@code AETHER_SERVER} ({@code HOST:PORT[,HOST:PORT…]}),
 * else some of its own that end with it.
 */
public final class Servers implements AutoCloseable {
  private final List<String> endpoints;
  private final Optional<LocalCluster> own;

  private Servers(List<String> endpoints, Optional<LocalCluster> own) {
    this.endpoints = endpoints;
    this.own = own;
  }

  /**
   * The servers; starts its own if none are named, which takes some seconds.
   *
   * @param nodes how many nodes to start then
   */
  public static Servers find(int nodes) throws IOException {
    String named = System.getenv("AETHER_SERVER");
    if (named != null && !named.isBlank()) {
      return of(List.of(named.strip().split(",")));
    }
    LocalCluster own = LocalCluster.start(nodes);
    return new Servers(own.endpoints(), Optional.of(own));
  }

  /** Servers that somebody else started. */
  public static Servers of(List<String> endpoints) {
    return new Servers(List.copyOf(endpoints), Optional.empty());
  }

  /** Each as {@code host:port}. */
  public List<String> endpoints() {
    return endpoints;
  }

  /** Its own, which may be killed; empty: they are somebody else's. */
  public Optional<LocalCluster> own() {
    return own;
  }

  /** Starts a client of all of them, in a namespace of the example's. */
  public AetherClientBuilder client(String namespace) {
    return AetherClient.builder().endpoints(endpoints).namespace(namespace);
  }

  /** A namespace for one run, so that runs on the same servers keep apart. */
  public static String newNamespace(String example) {
    return "examples.%s-%08x".formatted(example, ThreadLocalRandom.current().nextInt());
  }

  @Override
  public void close() {
    own.ifPresent(LocalCluster::close);
  }
}
