package dev.aether.bench.process;

import dev.aether.server.embedded.LoopbackPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** An etcd cluster of one member, which syncs its log to disk before each acknowledgement. */
public final class EtcdProcess implements AutoCloseable {
  /** How to install it. */
  public static final String INSTALL =
      "Debian's package etcd-server, or set ETCD to the path of the program etcd";

  /** The largest size that etcd supports, so that a run does not reach the default of 2 GB. */
  private static final long QUOTA_BYTES = 8L << 30;

  private final PeerProcess process;
  private final int port = LoopbackPort.pickFree();

  /**
   * Starts the server.
   *
   * @param program from {@link #find}
   * @param folder the folder for its data and log, which is created if missing
   */
  public EtcdProcess(Path program, Path folder) throws IOException {
    Files.createDirectories(folder);
    String clients = "http://" + address();
    String peers = "http://127.0.0.1:" + LoopbackPort.pickFree();
    process =
        PeerProcess.start(
            List.of(
                program.toString(),
                "--name=bench",
                "--data-dir=" + folder.resolve("data"),
                "--listen-client-urls=" + clients,
                "--advertise-client-urls=" + clients,
                "--listen-peer-urls=" + peers,
                "--initial-advertise-peer-urls=" + peers,
                "--initial-cluster=bench=" + peers,
                "--quota-backend-bytes=" + QUOTA_BYTES),
            folder.resolve("etcd.log"),
            port);
  }

  /** The program named by ETCD or in PATH. */
  public static Optional<Path> find() {
    return Programs.find("ETCD", "etcd");
  }

  /** The version of the program. */
  public static String version(Path program) throws IOException {
    return Programs.version(program);
  }

  /** HOST:PORT of its gRPC server. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.close();
  }
}
