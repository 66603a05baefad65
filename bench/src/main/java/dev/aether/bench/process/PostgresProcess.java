package dev.aether.bench.process;

import dev.aether.server.embedded.LoopbackPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A PostgreSQL server with a new cluster, which syncs its log to disk before each commit returns.
 * PostgreSQL refuses to run as root; root runs it as the user postgres.
 */
public final class PostgresProcess implements AutoCloseable {
  /** How to install it. */
  public static final String INSTALL =
      "Debian's package postgresql, or set POSTGRESQL to the folder of initdb and postgres";

  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
  private static final String USER = "postgres";
  private static final int SPARE_CONNECTIONS = 16;
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);

  private final PeerProcess process;
  private final int port = LoopbackPort.pickFree();

  /**
   * Creates a cluster and starts the server.
   *
   * @param programs from {@link #find}
   * @param folder the folder for its data and log, which is created if missing
   * @param clients the largest number of clients
   */
  public PostgresProcess(Path programs, Path folder, int clients) throws IOException {
    Files.createDirectories(folder);
    Path data = folder.resolve("data");
    if (isRoot()) {
      // The user postgres must reach the folder through those above it.
      Path above = folder.toAbsolutePath().getParent();
      if (above != null) {
        Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwx--x--x"));
      }
      Files.setOwner(
          folder,
          folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
    }
    List<String> initdb =
        command(
            programs.resolve("initdb"),
            "--pgdata=" + data,
            "--username=bench",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C");
    if (Programs.output(initdb).isEmpty()) {
      throw new IOException("this command failed: " + String.join(" ", initdb));
    }
    process =
        PeerProcess.start(
            command(
                programs.resolve("postgres"),
                "-D",
                data.toString(),
                "--listen_addresses=127.0.0.1",
                "--port=" + port,
                "--unix_socket_directories=",
                "--max_connections=" + (clients + SPARE_CONNECTIONS),
                "--fsync=on",
                "--synchronous_commit=on",
                "--shared_buffers=1GB",
                // No checkpoint during the run, which would slow down whoever is measured then.
                "--max_wal_size=16GB",
                "--checkpoint_timeout=1h"),
            folder.resolve("postgres.log"),
            port);
    Waiting.until("PostgreSQL to start", READY_WITHIN, this::isReady);
  }

  private boolean isReady() {
    try (Connection connection = DriverManager.getConnection(url())) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  /**
   * The folder named by POSTGRESQL, or of the newest version of Debian's, or of postgres in PATH.
   */
  public static Optional<Path> find() throws IOException {
    String named = System.getenv("POSTGRESQL");
    List<Path> folders = new ArrayList<>();
    if (named != null) {
      folders.add(Path.of(named));
    } else if (Files.isDirectory(DEBIAN)) {
      try (Stream<Path> versions = Files.list(DEBIAN)) {
        versions
            .sorted(Comparator.comparing(PostgresProcess::number).reversed())
            .forEach(version -> folders.add(version.resolve("bin")));
      }
    }
    if (named == null) {
      Programs.find("POSTGRES", "postgres").map(PostgresProcess::folder).ifPresent(folders::add);
    }
    return folders.stream()
        .filter(folder -> Files.isExecutable(folder.resolve("initdb")))
        .filter(folder -> Files.isExecutable(folder.resolve("postgres")))
        .filter(folder -> !isRoot() || hasUser(folder))
        .findFirst();
  }

  private static int number(Path version) {
    String digits = version.getFileName().toString().replaceAll("\\D", "");
    return digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }

  private static Path folder(Path program) {
    try {
      return program.toRealPath().resolveSibling("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean hasUser(Path folder) {
    try {
      return folder
          .getFileSystem()
          .getUserPrincipalLookupService()
          .lookupPrincipalByName(USER)
          .getName()
          .equals(USER);
    } catch (UserPrincipalNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static List<String> command(Path program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(
          List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--init-groups", "--"));
    }
    command.add(program.toString());
    command.addAll(List.of(arguments));
    return command;
  }

  /** The version of the programs. */
  public static String version(Path programs) throws IOException {
    return Programs.version(programs.resolve("postgres"));
  }

  /** The JDBC URL of its database. */
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=bench";
  }

  @Override
  public void close() {
    process.close();
  }
}
