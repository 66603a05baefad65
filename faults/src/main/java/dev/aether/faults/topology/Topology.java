package dev.aether.faults.topology;

import dev.aether.server.embedded.LoopbackPort;
import dev.aether.server.embedded.NatsInfo;
import dev.aether.testkit.internal.TcpForwarder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which servers a run has. */
public enum Topology {
  /** One node with its private nats-server. */
  EMBEDDED("embedded", 1, 0),
  /** Two nodes on one nats-server. */
  ONE_NATS("one-nats", 2, 1),
  /** Two nodes on three nats-servers, with three replicas. */
  R3("r3", 2, 3);

  private static final Pattern PRIVATE_NATS =
      Pattern.compile("listen: \"(\\S+)\".*password: \"(\\w+)\"", Pattern.DOTALL);

  private final String label;
  private final int nodes;
  private final int natsServers;

  Topology(String label, int nodes, int natsServers) {
    this.label = label;
    this.nodes = nodes;
    this.natsServers = natsServers;
  }

  /** Its name on the command line. */
  @Override
  public String toString() {
    return label;
  }

  /**
   * Starts the servers and blocks until they are ready.
   *
   * @param natsServer the executable
   * @param aetherJar the jar from {@code mvn package}
   * @param folder for everything that the servers write; the caller deletes it
   */
  public Servers start(Path natsServer, Path aetherJar, Path folder) {
    try {
      return new Starter(natsServer.toRealPath(), aetherJar, folder).start(this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Starter(Path natsServer, Path aetherJar, Path folder) {
    Servers start(Topology topology) throws IOException {
      List<Integer> ports = distinctPorts(2 * topology.natsServers + topology.nodes);
      List<ServerProcess> nats = new ArrayList<>();
      List<Integer> natsPorts = ports.subList(0, topology.natsServers);
      List<Integer> routes = ports.subList(topology.natsServers, 2 * topology.natsServers);
      for (int i = 0; i < topology.natsServers; i++) {
        nats.add(nats(i, natsPorts.get(i), routes));
      }
      nats.forEach(ServerProcess::awaitReady);
      List<ServerProcess> nodes = new ArrayList<>();
      List<Link> links = new ArrayList<>();
      List<String> linked = new ArrayList<>();
      List<String> direct = new ArrayList<>();
      for (int i = 0; i < topology.nodes; i++) {
        List<TcpForwarder> toNats = natsPorts.stream().map(Starter::forwarder).toList();
        if (!toNats.isEmpty()) {
          links.add(new Link("node-" + i + "-to-nats", toNats));
        }
        int port = ports.get(2 * topology.natsServers + i);
        nodes.add(node(i, port, toNats));
        TcpForwarder toNode = forwarder(port);
        links.add(new Link("clients-to-node-" + i, List.of(toNode)));
        linked.add(address(toNode.port()));
        direct.add(address(port));
      }
      List<FaultyProcess> owned = new ArrayList<>(nodes);
      owned.addAll(nats);
      List<FaultyProcess> processes = new ArrayList<>(owned);
      if (nats.isEmpty()) {
        processes.add(new PrivateNats(nodes.get(0), natsServer, data(0).resolve("nats")));
      }
      return new Servers(
          List.copyOf(processes),
          List.copyOf(links),
          List.copyOf(linked),
          List.copyOf(direct),
          () -> nats.isEmpty() ? privateUrl() : "nats://" + address(natsPorts.get(0)),
          List.copyOf(owned));
    }

    private static List<Integer> distinctPorts(int count) {
      Set<Integer> ports = new HashSet<>();
      while (ports.size() < count) {
        ports.add(LoopbackPort.pickFree());
      }
      return List.copyOf(ports);
    }

    private static TcpForwarder forwarder(int port) {
      TcpForwarder forwarder = new TcpForwarder();
      forwarder.open(port);
      return forwarder;
    }

    private static String address(int port) {
      return "127.0.0.1:" + port;
    }

    private ServerProcess nats(int i, int port, List<Integer> routes) throws IOException {
      String name = "nats-" + i;
      // Nodes must not learn of the servers' own ports, which are not behind a link.
      String cluster =
          routes.size() == 1
              ? ""
              : String.format(
                  Locale.ROOT,
                  "cluster { name: \"faults\", listen: \"127.0.0.1:%d\", no_advertise: true, routes: %s }",
                  routes.get(i),
                  routes.stream().map(route -> "\"nats://" + address(route) + '"').toList());
      Path config = folder.resolve(name + ".conf");
      Files.writeString(
          config,
          String.format(
              Locale.ROOT,
              """
              server_name: "%s"
              listen: "127.0.0.1:%d"
              max_payload: 4194304
              jetstream { store_dir: "%s", sync_interval: always }
              %s
              """,
              name,
              port,
              folder.resolve(name),
              cluster));
      return ServerProcess.launched(
          name,
          List.of(natsServer.toString(), "-c", config.toString()),
          folder.resolve(name + ".log"),
          () -> NatsInfo.of(port).map(info -> info.contains('"' + name + '"')).orElse(false));
    }

    private Path data(int node) {
      return folder.resolve("data-" + node);
    }

    private ServerProcess node(int i, int port, List<TcpForwarder> nats) {
      String name = "node-" + i;
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // It is restarted often, so a short start matters more than a high rate.
      command.addAll(List.of("-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
      command.addAll(List.of("-jar", aetherJar.toString(), "serve"));
      command.addAll(List.of("--listen", address(port), "--http", "127.0.0.1:0"));
      command.addAll(List.of("--node-id", name));
      if (nats.isEmpty()) {
        command.addAll(List.of("--data", data(i).toString(), "--nats-server"));
        command.add(natsServer.toString());
      } else {
        List<String> urls =
            nats.stream().map(forwarder -> "nats://" + address(forwarder.port())).toList();
        command.addAll(List.of("--nats", String.join(",", urls), "--nats-sync", "always"));
        command.addAll(List.of("--replicas", Integer.toString(nats.size())));
      }
      // A node accepts connections once it is ready.
      return new ServerProcess(
          name, command, folder.resolve(name + ".log"), () -> Listening.on(port));
    }

    /** The node has written the port and the password of its nats-server into a file. */
    private String privateUrl() {
      try {
        Path config = data(0).resolve("nats").resolve("server.conf");
        Matcher matcher = PRIVATE_NATS.matcher(Files.readString(config));
        if (!matcher.find()) {
          throw new IllegalStateException(config + " has no address or no password");
        }
        return "nats://aether:" + matcher.group(2) + "@" + matcher.group(1);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
