package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.Bytes;
import dev.aether.client.Durability;
import dev.aether.client.NamespaceConfig;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.SaveStream;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.server.cli.bench.LoadResult;
import dev.aether.server.cli.bench.SaveLoad;
import dev.aether.server.cli.json.JsonLine;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures saves on the user's own server. */
@Command(
    name = "bench",
    description =
        "Measure saves: save events from many clients at the same time, into a new namespace that is"
            + " deleted afterwards.",
    footer = {
      "",
      "Each client has an actor of its own and waits for the answer to each save. A line of output"
          + " is the result for one number of clients; percentiles are of the time from a request"
          + " to its answer. On the machine of the server, this command takes processor time from"
          + " it: to measure a server, run the command on another machine."
    })
final class BenchCommand implements Callable<Integer> {
  private static final int MAX_CLIENTS = 4_096;
  private static final int MAX_SECONDS = 3_600;
  private static final int MAX_EVENTS = 1_000;
  private static final int MAX_BYTES = 1024 * 1024;
  private static final double MICROS_PER_MILLI = 1_000;

  private final Terminal terminal;

  @Mixin private ServerOptions connection = new ServerOptions();

  @Option(
      names = "--clients",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,32,256",
      description =
          "How many clients save at the same time, 1 to 4096; several numbers are measured one after"
              + " another. Default: ${DEFAULT-VALUE}")
  private List<Integer> clients = new ArrayList<>();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "How long each number of clients is measured, 1 to 3600 seconds. Before that, it saves for"
              + " a fifth of this time to warm up. Default: ${DEFAULT-VALUE}")
  private int seconds = 5;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "1",
      description = "Events per save, 1 to 1000. Default: ${DEFAULT-VALUE}")
  private int events = 1;

  @Option(
      names = "--bytes",
      paramLabel = "N",
      defaultValue = "256",
      description = "Data of each event, 2 to 1048576 bytes. Default: ${DEFAULT-VALUE}")
  private int bytes = 256;

  @Option(
      names = "--replicas",
      paramLabel = "N",
      defaultValue = "0",
      description = "Replicas of the namespace; 0: the server's default. Default: ${DEFAULT-VALUE}")
  private int replicas;

  @Option(names = "--stream", description = "Save on a stream of saves instead of a call for each.")
  private boolean stream;

  @Option(names = "--json", description = "Print each result as a JSON object on a line.")
  private boolean json;

  BenchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    checkOptions();
    String namespace = "bench-" + UUID.randomUUID();
    Output out = new Output(terminal.out());
    try (AetherClient client =
        ServerOptions.built(
            connection.builder().deadline(ServerOptions.PATIENCE).namespace(namespace))) {
      try (AetherClient impatient = connection.connect()) {
        var unused =
            impatient
                .namespaces()
                .create(namespace, NamespaceConfig.defaults().withReplicas(replicas));
      }
      boolean complete = true;
      try (AtShutdown unused = AtShutdown.run(() -> sayWhatIsLeft(namespace))) {
        for (int count : clients) {
          LoadResult result = measure(client, count);
          out.line(json ? json(result) : text(result));
          out.flush();
          complete &= result.failed() == 0;
          sayFailure(result.failed(), result.failure());
        }
      } finally {
        client.namespaces().delete(namespace);
      }
      return complete ? ExitCode.DONE : ExitCode.FAILED;
    }
  }

  private void checkOptions() {
    check("--clients", clients, MAX_CLIENTS);
    check("--seconds", List.of(seconds), MAX_SECONDS);
    check("--events", List.of(events), MAX_EVENTS);
    check("--bytes", List.of(bytes - 1), MAX_BYTES - 1);
    if (replicas < 0) {
      throw new UsageException("--replicas must not be negative");
    }
  }

  private static void check(String option, List<Integer> values, int most) {
    if (values.stream().anyMatch(value -> value < 1 || value > most)) {
      throw new UsageException(option + " is out of range; --help says what it accepts");
    }
  }

  private LoadResult measure(AetherClient client, int count) throws InterruptedException {
    if (!stream) {
      return measure(client.async()::save, count);
    }
    SaveStreamOptions options = SaveStreamOptions.defaults().withMaxUnanswered(MAX_CLIENTS);
    try (SaveStream saves = client.saveStream(options)) {
      return measure(saves::save, count);
    }
  }

  private LoadResult measure(Function<SaveCommand, CompletableFuture<Saved>> save, int count)
      throws InterruptedException {
    Duration time = Duration.ofSeconds(seconds);
    var unused = load(save, count).run(time.dividedBy(5), stored -> {});
    boolean onScreen = terminal.errIsScreen();
    PrintStream err = terminal.err();
    LoadResult result =
        load(save, count)
            .run(
                time,
                stored -> {
                  if (onScreen) {
                    err.printf(Locale.ROOT, "\r%s: %d saves ", Counted.of(count, "client"), stored);
                  }
                });
    if (onScreen) {
      err.print("\r\033[K");
    }
    return result;
  }

  private SaveLoad load(Function<SaveCommand, CompletableFuture<Saved>> save, int count) {
    String data = '"' + "x".repeat(bytes - 2) + '"';
    NewEvent event =
        NewEvent.builder("Measured")
            .data(Bytes.copyOf(data.getBytes(StandardCharsets.UTF_8)))
            .build();
    return new SaveLoad(save, UUID.randomUUID() + "-", event, events, count);
  }

  private static String text(LoadResult result) {
    String text =
        String.format(
            Locale.ROOT,
            "%s: %,.0f saves/s, %,.0f events/s; p50 %.2f ms, p99 %.2f ms, longest %.2f ms",
            Counted.of(result.clients(), "client"),
            result.savesPerSecond(),
            result.eventsPerSecond(),
            millis(result, 50),
            millis(result, 99),
            millis(result, 100));
    Saved sample = result.sample();
    return sample == null ? text : text + "; " + text(sample.durability());
  }

  private static String text(Durability durability) {
    return Counted.of(durability.replicas(), "replica")
        + switch (durability.sync()) {
          case ALWAYS -> ", on disk before the answer";
          case INTERVAL -> ", synced to disk in the background";
          case MEMORY -> ", in memory";
          case UNKNOWN -> "";
        };
  }

  private static double millis(LoadResult result, double percentile) {
    return result.micros().getValueAtPercentile(percentile) / MICROS_PER_MILLI;
  }

  private String json(LoadResult result) {
    JsonLine line =
        new JsonLine()
            .put("clients", result.clients())
            .put("stream", stream)
            .put("eventsPerSave", events)
            .put("bytesPerEvent", bytes)
            .put("saves", result.saves())
            .put("failed", result.failed())
            .put("micros", result.time().toNanos() / 1000)
            .put("p50Micros", result.micros().getValueAtPercentile(50))
            .put("p99Micros", result.micros().getValueAtPercentile(99))
            .put("maxMicros", result.micros().getValueAtPercentile(100));
    Saved sample = result.sample();
    if (sample != null) {
      line.put("replicas", sample.durability().replicas())
          .put("sync", sample.durability().sync().name());
    }
    return line.end();
  }

  private void sayFailure(long failed, @Nullable Throwable failure) {
    if (failure != null) {
      terminal
          .err()
          .println(
              "aether: "
                  + Counted.of(failed, "save")
                  + " failed, each of another client; the first: "
                  + failure.getMessage());
    }
  }

  private void sayWhatIsLeft(String namespace) {
    terminal
        .err()
        .println(
            "aether: interrupted; namespace "
                + namespace
                + " is left. Delete it with: aether namespaces delete "
                + namespace
                + " --confirm "
                + namespace);
  }
}
