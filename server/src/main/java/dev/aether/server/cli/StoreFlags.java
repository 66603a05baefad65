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

/** What a node stands on, as the flags say it: one of --data, --nats and --memory. */
final class StoreFlags {
  private static final Set<String> NATS_SCHEMES = Set.of("nats", "tls", "opentls", "ws", "wss");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "./data",
      description =
          "Runs a private nats-server that keeps its data here, on disk before each"
              + " acknowledgement. This is the default: ${DEFAULT-VALUE}")
  private Path data = Path.of("data");

  @Option(
      names = "--nats",
      paramLabel = "URL",
      split = ",",
      description = "Uses this NATS with JetStream instead; several URLs joined by commas.")
  private List<String> nats = new ArrayList<>();

  @Option(
      names = "--memory",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Keeps everything in memory instead; it is gone with the process.")
  private boolean memory;

  @Option(
      names = "--nats-wait",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = DurationConverter.class,
      description =
          "How long to wait at the start for the NATS of --nats. Default: ${DEFAULT-VALUE}")
  private Duration natsWait = Duration.ofSeconds(60);

  @Option(
      names = "--nats-sync",
      paramLabel = "always|interval",
      description =
          "States what sync_interval the servers of --nats have, for the durability in answers."
              + " Default: not known")
  private @Nullable StatedSync natsSync;

  /** What an operator can state. */
  enum StatedSync {
    always,
    interval
  }

  /**
   * The choice. A flag on the command line goes before those that the environment gives.
   *
   * @throws UsageException when two exclude each other
   */
  StoreChoice choose(ParseResult commandLine, Optional<Path> natsServer) {
    List<String> given =
        List.of("--data", "--nats", "--memory").stream()
            .filter(flag -> commandLine.hasMatchedOption(flag) && !isOff(flag))
            .toList();
    if (given.size() > 1) {
      throw new UsageException(String.join(" and ", given) + " exclude each other");
    }
    if (given.isEmpty() && memory && !nats.isEmpty()) {
      throw new UsageException("AETHER_NATS and AETHER_MEMORY exclude each other");
    }
    if (data.toString().isEmpty()) {
      throw new UsageException("--data names no folder");
    }
    if (!nats.stream().allMatch(StoreFlags::isNatsUrl)) {
      throw new UsageException("--nats takes URLs like nats://HOST:PORT or tls://HOST:PORT");
    }
    boolean dataGiven = given.contains("--data");
    if (memory && !dataGiven && !given.contains("--nats")) {
      return new StoreChoice.Memory();
    }
    if (!nats.isEmpty() && !dataGiven) {
      return new StoreChoice.Nats(List.copyOf(nats), natsWait, sync());
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

  /** A scheme may be left out. */
  private static boolean isNatsUrl(String url) {
    int end = url.indexOf("://");
    return end < 0 || NATS_SCHEMES.contains(url.substring(0, end).toLowerCase(Locale.ROOT));
  }
}
