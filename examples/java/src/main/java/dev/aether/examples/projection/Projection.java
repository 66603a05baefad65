package dev.aether.examples.projection;

import dev.aether.client.AetherClient;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.LogSignal;
import dev.aether.client.ReadLogOptions;
import dev.aether.client.SaveCommand;
import dev.aether.client.SaveStream;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.examples.common.RepeatUntilKnown;
import dev.aether.examples.common.Servers;
import dev.aether.examples.local.JavaProcess;
import dev.aether.examples.local.TemporaryFolder;
import dev.aether.examples.local.Waiting;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * One run: tills sell articles, the projection is killed at random moments, and its rows are
 * compared with the log.
 */
final class Projection {
  private static final List<String> ARTICLES = List.of("bread", "butter", "cheese", "milk", "tea");
  private static final int TILLS = 20;
  private static final long MAX_PRICE = 1_000;
  private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(2);
  private static final Duration COUNTED_WITHIN = Duration.ofMinutes(2);

  private final Servers servers;
  private final ProjectionOptions options;
  private final PrintStream out;
  private final Random random;
  private final String namespace = Servers.newNamespace("projection");

  /**
   * The totals of the read model and of the log.
   *
   * @param rows article → total in the read model
   * @param log article → total of all events
   */
  record Compared(Map<String, Total> rows, Map<String, Total> log) {
    boolean isExact() {
      return rows.equals(log);
    }
  }

  Projection(Servers servers, ProjectionOptions options, PrintStream out) {
    this.servers = servers;
    this.options = options;
    this.out = out;
    this.random = new Random(options.seed);
  }

  /** Runs it with the read model in this folder. */
  Compared run(TemporaryFolder folder) throws SQLException {
    out.printf("%,d sales, %d kills, seed %d%n", options.sales, options.kills, options.seed);
    String file = folder.path().resolve("sales.db").toString();
    JavaProcess process =
        folder.with(
            new JavaProcess(
                "projection",
                folder.path().resolve("projection.log"),
                ProjectionMain.class,
                List.of(String.join(",", servers.endpoints()), namespace, file)));
    try (AetherClient client = servers.client(namespace).build()) {
      try (process) {
        process.start();
        CompletableFuture<Void> sales = CompletableFuture.runAsync(() -> sell(client));
        killRepeatedly(process, file);
        sales.join();
        process.kill();
      }
      Compared compared = new Compared(rest(client, file), log(client));
      print(compared);
      return compared;
    }
  }

  /**
   * Saves the sales. Each has its own commit id, so a sale whose answer was lost is still stored
   * once.
   */
  private void sell(AetherClient client) {
    Random drawn = new Random(options.seed + 1);
    RepeatUntilKnown repeat = new RepeatUntilKnown(client, GIVE_UP_AFTER, failure -> {});
    Map<SaveCommand, CompletableFuture<Saved>> sent = new LinkedHashMap<>();
    try (SaveStream saves = client.saveStream(SaveStreamOptions.defaults())) {
      for (int i = 0; i < options.sales; i++) {
        Sold sold =
            new Sold(
                ARTICLES.get(drawn.nextInt(ARTICLES.size())),
                1 + (long) (drawn.nextDouble() * MAX_PRICE));
        SaveCommand sale =
            SaveCommand.builder("till." + drawn.nextInt(TILLS), ExpectedVersion.any())
                .commitId("sale-" + i)
                .event(Sold.CODEC.encode(sold))
                .build();
        sent.put(sale, saves.save(sale));
      }
    }
    sent.forEach(repeat::outcome);
  }

  private void killRepeatedly(JavaProcess process, String file) {
    int[] moments = random.ints(options.kills, 0, options.sales).sorted().toArray();
    for (int moment : moments) {
      Waiting.until(
          "sale %d to be counted".formatted(moment), COUNTED_WITHIN, () -> counted(file) >= moment);
      process.kill();
      out.printf("  SIGKILL to the projection; its rows have %,d sales%n", counted(file));
      process.start();
    }
  }

  /** Reads the database as any other program can, at any time. */
  private static long counted(String file) {
    try (SalesProjection rows = new SalesProjection(file)) {
      return rows.totals().values().stream().mapToLong(Total::count).sum();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Processes the rest of the log: a cursor can be used for reads as well as for subscriptions. */
  private static Map<String, Total> rest(AetherClient client, String file) throws SQLException {
    try (SalesProjection projection = new SalesProjection(file);
        Stream<LogSignal> log = client.readLog(projection.rest())) {
      log.forEach(projection::take);
      return projection.totals();
    }
  }

  private static Map<String, Total> log(AetherClient client) {
    Map<String, Total> totals = new TreeMap<>();
    try (Stream<LogSignal> log = client.readLog(ReadLogOptions.all())) {
      log.flatMap(LogSignal::commits)
          .flatMap(commit -> commit.events().stream())
          .map(Sold::read)
          .forEach(sold -> totals.merge(sold.article(), new Total(1, sold.cents()), Total::plus));
    }
    return totals;
  }

  private void print(Compared compared) {
    compared
        .rows()
        .forEach(
            (article, total) ->
                out.printf(
                    "  %-8s %,7d sold  %,11d cents%n", article, total.count(), total.cents()));
    out.println(
        compared.isExact()
            ? "The rows match the log."
            : "WRONG: the log contains " + compared.log());
  }
}
