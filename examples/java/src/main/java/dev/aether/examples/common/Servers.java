package dev.aether.examples.common;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import dev.aether.examples.local.LocalCluster;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The servers of an example: those in {@code AETHER_SERVER} ({@code HOST:PORT[,HOST:PORT…]}), with
 * {@link Credentials} if they are secured, or else servers that it starts and stops itself.
 */
public final class Servers implements AutoCloseable {
  private final List<String> endpoints;
  private final Optional<LocalCluster> own;

  private Servers(List<String> endpoints, Optional<LocalCluster> own) {
    this.endpoints = endpoints;
    this.own = own;
  }

  /**
   * Finds the servers, or starts some, which takes a few seconds.
   *
   * @param nodes number of nodes to start
   */
  public static Servers find(int nodes) throws IOException {
    Optional<String> named = named();
    if (named.isPresent()) {
      return of(List.of(named.get().split(",")));
    }
    LocalCluster own = LocalCluster.start(nodes);
    return new Servers(own.endpoints(), Optional.of(own));
  }

  /** Uses servers that are already running. */
  public static Servers of(List<String> endpoints) {
    return new Servers(List.copyOf(endpoints), Optional.empty());
  }

  /** Each as {@code host:port}. */
  public List<String> endpoints() {
    return endpoints;
  }

  /** The servers that this program started and may kill; empty if they were already running. */
  public Optional<LocalCluster> own() {
    return own;
  }

  /** Returns a builder for a client of all servers, with a namespace for the example. */
  public AetherClientBuilder client(String namespace) {
    return client(endpoints, namespace);
  }

  /** Returns a builder for a client of some of the servers. */
  public static AetherClientBuilder client(List<String> endpoints, String namespace) {
    AetherClientBuilder builder = AetherClient.builder().endpoints(endpoints).namespace(namespace);
    return named().isPresent() ? Credentials.addTo(builder) : builder;
  }

  private static Optional<String> named() {
    return Optional.ofNullable(System.getenv("AETHER_SERVER"))
        .map(String::strip)
        .filter(servers -> !servers.isEmpty());
  }

  /** A namespace for one run, which keeps runs on the same servers apart. */
  public static String newNamespace(String example) {
    return "examples.%s-%08x".formatted(example, ThreadLocalRandom.current().nextInt());
  }

  @Override
  public void close() {
    own.ifPresent(LocalCluster::close);
  }
}
