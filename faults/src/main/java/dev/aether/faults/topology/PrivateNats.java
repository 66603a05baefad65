package dev.aether.faults.topology;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The private nats-server of a node, which the node restarts. */
final class PrivateNats implements FaultyProcess {
  /** A node that is restarted at this moment needs some seconds. */
  private static final Duration THERE_WITHIN = Duration.ofSeconds(90);

  private static final Duration GONE_WITHIN = Duration.ofSeconds(30);

  private final ServerProcess node;
  private final Path natsServer;
  private final Path folder;
  private long faulted;

  /**
   * @param folder nats-server's folder in the node's data folder
   */
  PrivateNats(ServerProcess node, Path natsServer, Path folder) {
    this.node = node;
    this.natsServer = natsServer;
    this.folder = folder;
  }

  @Override
  public String name() {
    return "private-nats";
  }

  @Override
  public Path log() {
    return folder.resolve("nats-server.log");
  }

  /** The node watches it. */
  @Override
  public boolean isUp() {
    return true;
  }

  @Override
  public String ending() {
    throw new IllegalStateException("the node watches its nats-server");
  }

  private Optional<ProcessHandle> find() {
    return ProcessHandle.of(node.pid()).stream()
        .flatMap(ProcessHandle::descendants)
        .filter(
            process -> process.info().command().map(natsServer.toString()::equals).orElse(false))
        .findFirst();
  }

  private void send(String signal) {
    // A node that loses its nats-server while it starts ends with an error, as it should.
    if (!Waiting.within(THERE_WITHIN, () -> node.hasStarted() && find().isPresent())) {
      throw new IllegalStateException(node.name() + " has no nats-server; its log: " + node.log());
    }
    faulted = find().map(ProcessHandle::pid).orElse(faulted);
    Signals.send(signal, faulted);
  }

  @Override
  public void kill() {
    send("KILL");
  }

  @Override
  public void terminate() {
    send("TERM");
    Waiting.within(GONE_WITHIN, () -> find().map(ProcessHandle::pid).orElse(0L) != faulted);
  }

  @Override
  public void suspend() {
    send("STOP");
  }

  @Override
  public void resume() {
    Signals.send("CONT", faulted);
  }

  @Override
  public void restart() {
    Waiting.within(
        THERE_WITHIN, () -> find().filter(process -> process.pid() != faulted).isPresent());
  }
}
