package dev.aether.bench.durable;

import dev.aether.bench.driver.AetherJavaClient;
import dev.aether.bench.driver.AetherStream;
import dev.aether.bench.driver.AetherUnary;
import dev.aether.bench.driver.Driver;
import dev.aether.bench.driver.Etcd;
import dev.aether.bench.driver.Postgres;
import dev.aether.bench.driver.RawBatches;
import dev.aether.bench.driver.RawJetStream;
import dev.aether.bench.driver.RawJetStream.Writes;
import dev.aether.bench.driver.UmaDb;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.EtcdProcess;
import dev.aether.bench.process.NatsCluster;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.PostgresProcess;
import dev.aether.bench.process.UmaDbProcess;
import dev.aether.bench.scenario.Payload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A system that takes part in the comparison.
 *
 * @param id its name for {@code --systems}
 * @param install how to install it
 */
record Contender(String id, String install, Start start) {
  static final String AETHER_UNARY = "Aether, unary";
  static final String AETHER_JAVA = "Aether, Java client";
  static final String AETHER_STREAM = "Aether, stream";
  static final String RAW = "raw jnats";
  static final String UMADB = "UmaDB";
  static final String ETCD = "etcd";
  static final String POSTGRESQL = "PostgreSQL";

  private static final int ACTORS_PER_CLIENT = 4;
  private static final int CLIENTS_PER_CONNECTION = 256;

  /** With fewer clients a batch is slower than its messages one by one. */
  private static final int CLIENTS_FOR_BATCHES = 16;

  private static final int MAX_BATCH = 256;
  private static final byte[] DATA = Payload.json();

  /**
   * What the servers need.
   *
   * @param folder a folder on the disk to measure, which the caller deletes
   * @param clients the largest number of clients
   */
  record Place(Path natsServer, Path aetherJar, Path folder, int clients) {}

  /** Starts the server. */
  interface Start {
    /** Empty if the system is not installed. */
    Optional<Running> in(Place place) throws Exception;
  }

  /** Connects to the server in each way that is measured. */
  interface Connect {
    /**
     * Returns drivers for new actors.
     *
     * @param label different at each call
     */
    List<Entry> open(String label, int clients) throws Exception;
  }

  /** A running server. */
  record Running(String version, AutoCloseable process, Connect connect) {}

  /** A driver and its name in tables. */
  record Entry(String name, Driver driver) {}

  /** All systems, in the order of the tables. */
  static List<Contender> all() {
    return List.of(
        new Contender("aether", "", place -> aether(place, "Aether")),
        new Contender(
            "aether-single",
            "",
            place -> aether(place, "Aether without group commit", "--no-group-commit")),
        new Contender("raw", "", Contender::raw),
        new Contender("umadb", UmaDbProcess.INSTALL, place -> umaDb(place, UMADB)),
        new Contender(
            "umadb-pipelined",
            UmaDbProcess.INSTALL,
            place -> umaDb(place, "UmaDB, pipelined writer", "--pipelined-writer=true")),
        new Contender("etcd", EtcdProcess.INSTALL, Contender::etcd),
        new Contender("postgresql", PostgresProcess.INSTALL, Contender::postgres));
  }

  /** Aether and JetStream alone, on the same cluster of nats-servers. */
  static Contender replicated(int replicas) {
    return new Contender("cluster", "", place -> cluster(place, replicas));
  }

  /** The number of actors of a driver. */
  static int actors(int clients) {
    return clients * ACTORS_PER_CLIENT;
  }

  private static int connections(int clients) {
    return (clients + CLIENTS_PER_CONNECTION - 1) / CLIENTS_PER_CONNECTION;
  }

  private static Optional<Running> aether(Place place, String name, String... options)
      throws Exception {
    Path folder = place.folder().resolve(options.length == 0 ? "aether" : "aether-single");
    List<String> store = new ArrayList<>(List.of("--data", folder.resolve("data").toString()));
    store.addAll(List.of("--nats-server", place.natsServer().toString()));
    store.addAll(List.of(options));
    AetherProcess node = new AetherProcess(place.aetherJar(), folder, List.of(), store);
    return Optional.of(
        new Running("", node, (label, clients) -> aether(node, name, label, clients)));
  }

  private static List<Entry> aether(AetherProcess node, String name, String label, int clients) {
    String address = node.address();
    int actors = actors(clients);
    int connections = connections(clients);
    return List.of(
        new Entry(
            name + ", unary",
            new AetherUnary(address, connections, label + "-unary", actors, 1, DATA)),
        new Entry(
            name + ", Java client",
            new AetherJavaClient(
                address, AetherJavaClient.Way.SAVES, label + "-java", actors, 1, DATA)),
        new Entry(
            name + ", stream",
            new AetherStream(address, connections, label + "-stream", actors, 1, DATA)));
  }

  private static Optional<Running> raw(Place place) throws Exception {
    NatsProcess nats =
        new NatsProcess(place.natsServer(), place.folder().resolve("nats"), "always");
    return Optional.of(
        new Running(
            "",
            nats,
            (label, clients) -> {
              List<Entry> entries = new ArrayList<>();
              entries.add(raw(nats.url(), 1, label, clients));
              if (clients >= CLIENTS_FOR_BATCHES) {
                int batch = Math.min(MAX_BATCH, clients / 2);
                entries.add(
                    new Entry(
                        RAW + ", batches",
                        RawBatches.open(
                            nats.url(), label + "-batches", batch, actors(clients), DATA)));
              }
              return entries;
            }));
  }

  private static Entry raw(String url, int replicas, String label, int clients) throws Exception {
    return new Entry(
        RAW,
        RawJetStream.open(url, Writes.EACH, label + "-single", replicas, actors(clients), DATA));
  }

  private static Optional<Running> cluster(Place place, int replicas) throws Exception {
    NatsCluster nats = new NatsCluster(place.natsServer(), place.folder(), replicas);
    List<String> store = new ArrayList<>(List.of("--nats", nats.url(), "--nats-sync", "always"));
    store.addAll(List.of("--replicas", Integer.toString(replicas)));
    AetherProcess node =
        new AetherProcess(place.aetherJar(), place.folder().resolve("aether"), List.of(), store);
    return Optional.of(
        new Running(
            "",
            () -> {
              node.close();
              nats.close();
            },
            (label, clients) -> {
              List<Entry> entries = new ArrayList<>(aether(node, "Aether", label, clients));
              entries.add(raw(nats.url(), replicas, label, clients));
              nats.leadByFirst();
              return entries;
            }));
  }

  private static Optional<Running> umaDb(Place place, String name, String... options)
      throws Exception {
    Optional<Path> program = UmaDbProcess.find(place.folder());
    if (program.isEmpty()) {
      return Optional.empty();
    }
    Path folder = place.folder().resolve(options.length == 0 ? "umadb" : "umadb-pipelined");
    UmaDbProcess server = new UmaDbProcess(program.get(), folder, options);
    return Optional.of(
        new Running(
            UmaDbProcess.version(program.get()),
            server,
            (label, clients) ->
                List.of(
                    new Entry(
                        name,
                        new UmaDb(
                            server.address(),
                            connections(clients),
                            label,
                            actors(clients),
                            DATA)))));
  }

  private static Optional<Running> etcd(Place place) throws Exception {
    Optional<Path> program = EtcdProcess.find();
    if (program.isEmpty()) {
      return Optional.empty();
    }
    EtcdProcess server = new EtcdProcess(program.get(), place.folder().resolve("etcd"));
    return Optional.of(
        new Running(
            EtcdProcess.version(program.get()),
            server,
            (label, clients) ->
                List.of(
                    new Entry(
                        ETCD,
                        new Etcd(
                            server.address(),
                            connections(clients),
                            label,
                            actors(clients),
                            DATA)))));
  }

  private static Optional<Running> postgres(Place place) throws Exception {
    Optional<Path> programs = PostgresProcess.find();
    if (programs.isEmpty()) {
      return Optional.empty();
    }
    PostgresProcess server =
        new PostgresProcess(programs.get(), place.folder().resolve("postgresql"), place.clients());
    return Optional.of(
        new Running(
            PostgresProcess.version(programs.get()),
            server,
            (label, clients) ->
                List.of(
                    new Entry(
                        POSTGRESQL,
                        new Postgres(
                            server.url(), "events_" + label, clients, actors(clients), DATA)))));
  }
}
