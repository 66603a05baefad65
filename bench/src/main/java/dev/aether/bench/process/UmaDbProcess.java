package dev.aether.bench.process;

import dev.aether.server.embedded.LoopbackPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A UmaDB server, which syncs to disk before each acknowledgement. */
public final class UmaDbProcess implements AutoCloseable {
  /** How to install it. */
  public static final String INSTALL =
      "pip install umadb, and set UMADB to the path of its program umadb unless that is in PATH";

  private static final String PACKAGE = "umadb==0.7.8";

  private final PeerProcess process;
  private final int port = LoopbackPort.pickFree();

  /**
   * Starts the server.
   *
   * @param program from {@link #find}
   * @param folder the folder for its file and log, which is created if missing
   */
  public UmaDbProcess(Path program, Path folder, String... options) throws IOException {
    Files.createDirectories(folder);
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of("--listen", address()));
    command.addAll(List.of("--db-path", folder.resolve("uma.db").toString()));
    command.addAll(List.of(options));
    process = PeerProcess.start(command, folder.resolve("umadb.log"), port);
  }

  /**
   * The program named by UMADB or in PATH; otherwise installs it with pip into a new virtual
   * environment, if that is possible.
   *
   * @param folder the folder for the virtual environment
   */
  public static Optional<Path> find(Path folder) throws IOException {
    Optional<Path> installed = Programs.find("UMADB", "umadb");
    Optional<Path> python = Programs.find("PYTHON", "python3");
    if (installed.isPresent() || python.isEmpty()) {
      return installed;
    }
    Path environment = folder.resolve("umadb-environment");
    Path program = environment.resolve("bin").resolve("umadb");
    if (!Files.isExecutable(program)) {
      Optional<String> created =
          Programs.output(List.of(python.get().toString(), "-m", "venv", environment.toString()));
      if (created.isPresent()) {
        Programs.output(
            List.of(
                environment.resolve("bin").resolve("pip").toString(),
                "install",
                "--quiet",
                PACKAGE));
      }
    }
    return Optional.of(program).filter(Files::isExecutable);
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
