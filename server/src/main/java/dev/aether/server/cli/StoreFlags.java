package dev.aether.server.cli;

import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.event.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options for a node's store: one of --data, --nats and --memory. */
final class StoreFlags {
  private static final String DATA = "--data";
  private static final String NATS = "--nats";
  private static final String MEMORY = "--memory";
  private static final List<String> CHOICES = List.of(DATA, NATS, MEMORY);

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
      names = DATA,
      paramLabel = "DIR",
      defaultValue = "./data",
      description =
          "Run a private nats-server that keeps its data in DIR and syncs it to disk before each"
              + " acknowledgement. This is the default; DIR defaults to ${DEFAULT-VALUE}")
  private Path data = Path.of("data");

  @Option(
      names = NATS,
      paramLabel = "URL",
      split = ",",
      description =
          "Use a NATS server or cluster with JetStream instead of a private nats-server. Several"
              + " URLs are separated by commas.")
  private List<String> nats = new ArrayList<>();

  @Option(
      names = MEMORY,
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description =
          "Keep everything in memory, without a nats-server. All data is lost when the process"
              + " ends.")
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

  @Mixin private NatsServerFlag natsServer = new NatsServerFlag();
  @Mixin private NatsFlags natsFlags = new NatsFlags();

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  /**
   * Returns the choice. An option on the command line wins over the environment, and that over a
   * file.
   *
   * @throws UsageException if two options cannot be used together
   */
  StoreChoice choice() {
    if (data.toString().isEmpty()) {
      throw new UsageException("--data must name a folder");
    }
    if (!nats.stream().allMatch(StoreFlags::isNatsUrl)) {
      throw new UsageException("--nats must be URLs like nats://HOST:PORT or tls://HOST:PORT");
    }
    CommandSpec serve = command();
    String chosen = chosen(serve);
    if (!chosen.equals(NATS)) {
      Origin given = origin(serve, chosen);
      boolean byDefault = chosen.equals(DATA) && given != Origin.COMMAND_LINE;
      Origin origin = byDefault ? Origin.DEFAULT : given;
      ONLY_WITH_NATS.stream()
          .filter(flag -> isAbove(origin(serve, flag), origin))
          .findFirst()
          .ifPresent(
              flag -> {
                throw new UsageException(flag + " requires --nats URL");
              });
    }
    return switch (chosen) {
      case MEMORY -> new StoreChoice.Memory();
      case NATS ->
          new StoreChoice.Nats(List.copyOf(nats), natsWait, sync(), natsFlags.access(serve));
      default -> new StoreChoice.Embedded(data, natsServer.path());
    };
  }

  /**
   * Returns the choice of a command that works on what is stored.
   *
   * @param inMemory why it cannot use a store in memory
   * @throws UsageException also if the store would be in memory
   */
  StoreChoice storedChoice(String inMemory) {
    StoreChoice choice = choice();
    if (choice instanceof StoreChoice.Memory) {
      throw new UsageException(inMemory + ": use --nats or --data");
    }
    return choice;
  }

  private CommandSpec command() {
    return Optional.ofNullable(command).orElseThrow();
  }

  /** The options that have no effect, since another store is chosen. */
  Set<String> unused() {
    String chosen = chosen(command());
    Set<String> unused = new HashSet<>(CHOICES);
    unused.remove(chosen);
    if (!chosen.equals(NATS)) {
      unused.addAll(ONLY_WITH_NATS);
    }
    return unused;
  }

  /**
   * The option that chooses the store. A folder in a file or in the environment is only where a
   * private nats-server would have its data.
   */
  private String chosen(CommandSpec serve) {
    for (Origin origin : List.of(Origin.COMMAND_LINE, Origin.ENVIRONMENT, Origin.FILE)) {
      List<String> given =
          CHOICES.stream()
              .filter(flag -> origin(serve, flag) == origin && !isOff(flag))
              .filter(flag -> !flag.equals(DATA) || origin == Origin.COMMAND_LINE)
              .toList();
      if (given.size() > 1) {
        throw new UsageException(String.join(" and ", given) + " cannot be used together");
      }
      if (!given.isEmpty()) {
        return given.get(0);
      }
    }
    return DATA;
  }

  private static Origin origin(CommandSpec serve, String flag) {
    return EnvironmentDefaults.of(serve).origin(serve.findOption(flag));
  }

  /** An option that is given where the store is chosen, or where it would be chosen otherwise. */
  private static boolean isAbove(Origin option, Origin choice) {
    return option != Origin.DEFAULT && option.compareTo(choice) >= 0;
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
    return flag.equals(MEMORY) && !memory;
  }

  /** The scheme is optional. */
  private static boolean isNatsUrl(String url) {
    int end = url.indexOf("://");
    return end < 0 || NATS_SCHEMES.contains(url.substring(0, end).toLowerCase(Locale.ROOT));
  }
}
