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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The configuration of the private nats-server and the location of its files, which are all in
 * {@code <data>/nats}. It listens only on 127.0.0.1. Since every user of the machine can connect to
 * that, it requires a password, which is new for each Aether process.
 *
 * @param folder the real path of {@code <data>/nats}
 * @param serverName a random name, which identifies this server's answers on the port
 */
record NatsServerConfig(Path folder, int port, String serverName, String password) {

  /**
   * Enough for a commit of 3 MiB and its headers, and below nats-server's maximum and its
   * recommended limit of 8 MiB.
   */
  static final int MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

  private static final String USER = "aether";
  private static final int LOG_FILE_MAX_BYTES = 16 * 1024 * 1024;
  private static final int LOG_FILES_MAX = 4;

  /**
   * The part of the disk space available to JetStream that is kept free, within the limits below.
   */
  private static final double DISK_RESERVE_PART = 0.05;

  private static final long DISK_RESERVE_MIN_BYTES = 256L << 20;
  private static final long DISK_RESERVE_MAX_BYTES = 10L << 30;

  /** The most of a small disk that is kept free. */
  private static final double DISK_RESERVE_MAX_PART = 0.25;

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** The port and the password in the text of the configuration. */
  private static final Pattern WRITTEN =
      Pattern.compile(
          "listen: \"127\\.0\\.0\\.1:(\\d{1,5})\"\\s+authorization \\{ user: \"\\w+\", password: \"(\\w+)\"");

  private static final SecureRandom RANDOM = new SecureRandom();

  static NatsServerConfig create(Path folder) {
    return new NatsServerConfig(
        folder, LoopbackPort.pickFree(), "aether-" + randomHex(6), randomHex(16));
  }

  /**
   * The URL of the server that was last started in a folder, as its configuration says; empty if
   * there is none.
   *
   * @param folder {@code <data>/nats}
   */
  static Optional<String> lastUrl(Path folder) throws IOException {
    Matcher written = WRITTEN.matcher(Files.readString(file(folder)));
    return written.find()
        ? Optional.of(url(written.group(2), Integer.parseInt(written.group(1))))
        : Optional.empty();
  }

  private static String url(String password, int port) {
    return String.format(Locale.ROOT, "nats://%s:%s@127.0.0.1:%d", USER, password, port);
  }

  /** The URL with credentials. Must not be logged. */
  String url() {
    return url(password, port);
  }

  Path file() {
    return file(folder);
  }

  static Path file(Path folder) {
    return folder.resolve("server.conf");
  }

  /** nats-server's own log file, which it rotates. */
  Path logFile() {
    return folder.resolve("nats-server.log");
  }

  /** The output of nats-server: why it did not start, or a panic. */
  Path outputFile() {
    return folder.resolve("nats-server.out");
  }

  /** Where nats-server keeps its streams. */
  Path storeFolder() {
    return folder.resolve("jetstream"); // nats-server appends this name itself.
  }

  static List<String> arguments(Path config) {
    return List.of("-c", config.toString());
  }

  List<String> command(NatsServerBinary binary) {
    return Stream.concat(Stream.of(binary.path().toString()), arguments(file()).stream()).toList();
  }

  /**
   * Writes the file, readable only by the owner. Blocks for the disk. Call it only while the server
   * is not running.
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
   * How much JetStream may store: what it has stored plus what is free on the disk, minus a
   * reserve. nats-server's own default is three quarters of that. The limit must be below that of
   * the disk, as an experiment with 2.15.1 showed: at the limit JetStream refuses each save with
   * error 10023 and still serves reads and purges. On a full disk, saves to a stream time out, and
   * keep timing out until a restart even when space has been freed.
   *
   * <p>It is not a guarantee. Other programs fill disks, too, and the limit does not count purged
   * messages in blocks that are still in use: filling up and purging single subjects three times
   * used up the reserve of a 64 MiB disk.
   *
   * @return empty if the file system does not report its free space
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
