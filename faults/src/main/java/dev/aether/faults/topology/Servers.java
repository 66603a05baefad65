package dev.aether.faults.topology;

import dev.aether.testkit.internal.TcpForwarder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * The running servers of a run.
 *
 * @param processes everything that can be faulted
 * @param links everything that can be cut
 * @param nodes HOST:PORT of each node, behind a link
 * @param direct HOST:PORT of each node, past the links
 * @param nats the URL of a nats-server for looking into the store; asked after the faults
 * @param owned what is ended at the end, in this order
 */
public record Servers(
    List<FaultyProcess> processes,
    List<Link> links,
    List<String> nodes,
    List<String> direct,
    Supplier<String> nats,
    List<FaultyProcess> owned)
    implements AutoCloseable {

  /** Ends all processes. */
  @Override
  public void close() {
    owned.forEach(FaultyProcess::resume);
    owned.forEach(FaultyProcess::terminate);
    links.stream().flatMap(link -> link.forwarders().stream()).forEach(TcpForwarder::close);
  }

  /** The logs of all nodes. */
  public List<Path> nodeLogs() {
    return owned.stream()
        .filter(process -> process.name().startsWith("node"))
        .map(FaultyProcess::log)
        .toList();
  }
}
