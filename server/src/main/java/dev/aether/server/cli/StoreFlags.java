package dev.aether.server.cli;

import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.event.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The options for a node's store: one of --data, --nats and --memory. */
final class StoreFlags {
  /** Without --nats, a node would start on an empty store of its own, as if they had no effect. */
  private static final List<String> ONLY_WITH_NATS =
      List.of(
          "--nats-wait",
          "--nats-sync",
          "--nats-creds",
          "--nats-nkey",
          "--nats-user",
          "--nats-password-file",
          "--nats-tls-ca",
          "--nats-tls-cert",
          "--nats-tls-key",
          "--nats-tls-first");

  private static final Set<String> NATS_SCHEMES = Set.of("nats", "tls", "opentls", "ws", "wss");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "./data",
      description =
          "Run a private nats-server that keeps its data in DIR and syncs it to disk before each"
              + " acknowledgement. This is the default; DIR defaults to ${DEFAULT-VALUE}")
  private Path data = Path.of("data");

  @Option(
      names = "--nats",
      paramLabel = "URL",
      split = ",",
      description =
          "Use a NATS server or cluster with JetStream instead. Several URLs are separated by commas.")
  private List<String> nats = new ArrayList<>();

  @Option(
      names = "--memory",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Keep everything in memory instead. All data is lost when the process ends.")
  private boolean memory;

  @Option(
      names = "--nats-wait",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = DurationConverter.class,
      description =
          "How long to wait for the servers of --nats at startup. Default: ${DEFAULT-VALUE}")
  private Duration natsWait = Duration.ofSeconds(60);

  @Option(
      names = "--nats-sync",
      paramLabel = "always|interval",
      description =
          "The sync_interval that the servers of --nats are configured with, which Aether reports to"
              + " clients as the durability of saves. Default: unknown")
  private @Nullable StatedSync natsSync;

  /** The values of --nats-sync. */
  enum StatedSync {
    always,
    interval
  }

  /**
   * Returns the choice. An option on the command line takes precedence over the environment.
   *
   * @throws UsageException if two options cannot be used together
   */
  StoreChoice choose(ParseResult commandLine, Optional<Path> natsServer, NatsFlags natsFlags) {
    List<String> given =
        List.of("--data", "--nats", "--memory").stream()
            .filter(flag -> commandLine.hasMatchedOption(flag) && !isOff(flag))
            .toList();
    if (given.size() > 1) {
      throw new UsageException(String.join(" and ", given) + " cannot be used together");
    }
    if (given.isEmpty() && memory && !nats.isEmpty()) {
      throw new UsageException("AETHER_NATS and AETHER_MEMORY cannot be used together");
    }
    if (data.toString().isEmpty()) {
      throw new UsageException("--data must name a folder");
    }
    if (!nats.stream().allMatch(StoreFlags::isNatsUrl)) {
      throw new UsageException("--nats must be URLs like nats://HOST:PORT or tls://HOST:PORT");
    }
    boolean dataGiven = given.contains("--data");
    boolean external = !nats.isEmpty() && !dataGiven && !given.contains("--memory");
    ONLY_WITH_NATS.stream()
        .filter(flag -> !external && commandLine.hasMatchedOption(flag))
        .findFirst()
        .ifPresent(
            flag -> {
              throw new UsageException(flag + " requires --nats URL");
            });
    if (memory && !dataGiven && !given.contains("--nats")) {
      return new StoreChoice.Memory();
    }
    if (!nats.isEmpty() && !dataGiven) {
      return new StoreChoice.Nats(
          List.copyOf(nats), natsWait, sync(), natsFlags.access(commandLine));
    }
    return new StoreChoice.Embedded(data, natsServer);
  }

  private Durability.Sync sync() {
    StatedSync stated = natsSync;
    if (stated == null) {
      return Durability.Sync.UNKNOWN;
    }
    return switch (stated) {
      case always -> Durability.Sync.ALWAYS;
      case interval -> Durability.Sync.INTERVAL;
    };
  }

  private boolean isOff(String flag) {
    return flag.equals("--memory") && !memory;
  }

  /** The scheme is optional. */
  private static boolean isNatsUrl(String url) {
    int end = url.indexOf("://");
    return end < 0 || NATS_SCHEMES.contains(url.substring(0, end).toLowerCase(Locale.ROOT));
  }
}
