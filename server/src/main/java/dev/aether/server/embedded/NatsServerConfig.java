package dev.aether.server.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the private nats-server is told, and where its files lie: all in {@code <data>/nats}. It
 * listens on 127.0.0.1 only, and as that is open to every user of the machine, asks for a password
 * that is made anew for each Aether process.
 *
 * @param folder {@code <data>/nats}, by its real path
 * @param serverName random, so that an answer on the port is known to be this server's
 */
record NatsServerConfig(Path folder, int port, String serverName, String password) {

  /**
   * A commit of 3 MiB and its headers, with room; below nats-server's ceiling and its advice of 8
   * MiB.
   */
  static final int MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

  private static final String USER = "aether";
  private static final int LOG_FILE_MAX_BYTES = 16 * 1024 * 1024;
  private static final int LOG_FILES_MAX = 4;

  /** Of the disk space that JetStream could have, this is left free, within the bounds below. */
  private static final double DISK_RESERVE_PART = 0.05;

  private static final long DISK_RESERVE_MIN_BYTES = 256L << 20;
  private static final long DISK_RESERVE_MAX_BYTES = 10L << 30;

  /** Of a small disk, no more than this is left free. */
  private static final double DISK_RESERVE_MAX_PART = 0.25;

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final SecureRandom RANDOM = new SecureRandom();

  static NatsServerConfig create(Path folder) {
    return new NatsServerConfig(
        folder, LoopbackPort.pickFree(), "aether-" + randomHex(6), randomHex(16));
  }

  /** With credentials; not for logs. */
  String url() {
    return String.format(Locale.ROOT, "nats://%s:%s@127.0.0.1:%d", USER, password, port);
  }

  Path file() {
    return file(folder);
  }

  static Path file(Path folder) {
    return folder.resolve("server.conf");
  }

  /** nats-server's own log, which it rotates. */
  Path logFile() {
    return folder.resolve("nats-server.log");
  }

  /** What nats-server prints: why it did not start, or a panic. */
  Path outputFile() {
    return folder.resolve("nats-server.out");
  }

  private Path storeFolder() {
    return folder.resolve("jetstream"); // a name that nats-server appends itself
  }

  static List<String> arguments(Path config) {
    return List.of("-c", config.toString());
  }

  List<String> command(NatsServerBinary binary) {
    return Stream.concat(Stream.of(binary.path().toString()), arguments(file()).stream()).toList();
  }

  /**
   * Writes the file, readable by the owner only. Blocks on disk; call while the server does not
   * run.
   */
  void write() throws IOException {
    Path draft = folder.resolve("server.conf.new");
    Files.deleteIfExists(draft);
    Files.createFile(draft, OWNER_ONLY);
    Files.writeString(draft, text(maxFileStoreBytes()));
    Files.move(draft, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private String text(OptionalLong maxFileStoreBytes) {
    String maxFileStore =
        maxFileStoreBytes.isPresent() ? "max_file_store: " + maxFileStoreBytes.getAsLong() : "";
    return String.format(
        Locale.ROOT,
        """
        # Written by Aether at every start of its nats-server: changes here are lost.
        server_name: %s
        listen: "127.0.0.1:%d"
        authorization { user: %s, password: %s }
        max_payload: %d
        jetstream {
          store_dir: %s
          sync_interval: always
          %s
        }
        log_file: %s
        logfile_size_limit: %d
        logfile_max_num: %d
        """,
        quoted(serverName),
        port,
        quoted(USER),
        quoted(password),
        MAX_PAYLOAD_BYTES,
        quoted(folder.toString()),
        maxFileStore,
        quoted(logFile().toString()),
        LOG_FILE_MAX_BYTES,
        LOG_FILES_MAX);
  }

  /**
   * How much JetStream may store: what it has stored and what is free on the disk, less a reserve;
   * nats-server's own default is three quarters of that. There has to be a limit below the disk's,
   * as tried with 2.15.1: at the limit JetStream refuses each save with error 10023 and goes on
   * with reads and purges; on a full disk a stream's saves time out, and go on timing out when
   * there is room again, until a restart.
   *
   * <p>It is no guarantee. Other programs fill disks, too, and the limit does not count purged
   * messages in blocks that are still in use: filling up and purging single subjects, three times
   * in turn, used up the reserve of a 64 MiB disk.
   *
   * @return empty when the file system does not say what is free
   */
  private OptionalLong maxFileStoreBytes() throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free <= 0) {
      return OptionalLong.empty();
    }
    long all = free > Long.MAX_VALUE / 2 ? Long.MAX_VALUE / 2 : free + storedBytes();
    return OptionalLong.of(all - reserveBytes(all));
  }

  private static long reserveBytes(long all) {
    double part = all * DISK_RESERVE_PART;
    double bounded = Math.min(Math.max(part, DISK_RESERVE_MIN_BYTES), DISK_RESERVE_MAX_BYTES);
    return (long) Math.min(bounded, all * DISK_RESERVE_MAX_PART);
  }

  private long storedBytes() throws IOException {
    if (!Files.exists(storeFolder())) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(storeFolder())) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String randomHex(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "NatsServerConfig[%s, 127.0.0.1:%d]", serverName, port);
  }
}
