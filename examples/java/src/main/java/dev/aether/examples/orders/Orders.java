package dev.aether.examples.orders;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionStart;
import dev.aether.examples.common.Json;
import dev.aether.examples.common.Servers;
import dev.aether.examples.local.JavaProcess;
import dev.aether.examples.local.TemporaryFolder;
import dev.aether.examples.local.Waiting;
import dev.aether.examples.orders.OrderEvent.OrderCancelled;
import dev.aether.examples.orders.OrderEvent.OrderConfirmed;
import dev.aether.examples.orders.OrderEvent.OrderPlaced;
import dev.aether.examples.orders.StockEvent.StockAdded;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * One run: places orders, and kills the process manager at random moments until all orders are
 * decided.
 */
final class Orders {
  private static final List<String> SKUS = List.of("apple", "pear", "plum");
  private static final Duration DECIDED_WITHIN = Duration.ofMinutes(3);
  private static final double STOCK_PER_ORDER = 0.6;
  private static final long MAX_PRICE = 12_000;

  private final Servers servers;
  private final OrdersOptions options;
  private final PrintStream out;
  private final Random random;
  private final String namespace = Servers.newNamespace("orders");

  /** Number of steps that the process manager has stored, counted by a subscription. */
  private final AtomicInteger steps = new AtomicInteger();

  private final AtomicInteger decided = new AtomicInteger();

  Orders(Servers servers, OrdersOptions options, PrintStream out) {
    this.servers = servers;
    this.options = options;
    this.out = out;
    this.random = new Random(options.seed);
  }

  /** Runs it and returns what was stored. */
  Outcome run() throws IOException {
    out.printf("%d orders, %d kills, seed %d%n", options.orders, options.kills, options.seed);
    try (TemporaryFolder folder = TemporaryFolder.make("aether-orders-");
        AetherClient client = servers.client(namespace).build()) {
      return run(client, folder);
    }
  }

  private Outcome run(AetherClient client, TemporaryFolder folder) {
    Path checkpoint = folder.path().resolve("orders.cursor");
    Path log = folder.path().resolve("process.log");
    JavaProcess process =
        folder.with(
            new JavaProcess(
                "process manager",
                log,
                ProcessMain.class,
                List.of(String.join(",", servers.endpoints()), namespace, checkpoint.toString())));
    try {
      Subscription unused = watch(client); // Ends with the client.
      process.start();
      place(client);
      killRepeatedly(process);
      Waiting.until(
          "all orders to be decided (log of the process manager: " + log + ")",
          DECIDED_WITHIN,
          () -> decided.get() >= options.orders);
      Outcome outcome = Outcome.read(client);
      outcome.print(out);
      return outcome;
    } catch (RuntimeException e) {
      folder.keep(); // To keep the log.
      throw e;
    }
  }

  private void place(AetherClient client) {
    int each = (int) (options.orders * STOCK_PER_ORDER);
    for (String sku : SKUS) {
      var unused =
          client.save(
              "stock." + sku, ExpectedVersion.exactly(0), Stock.CODEC.encode(new StockAdded(each)));
    }
    for (String order : names(options.orders)) {
      OrderPlaced placed =
          new OrderPlaced(
              SKUS.get(random.nextInt(SKUS.size())),
              1 + random.nextInt(3),
              1 + (long) (random.nextDouble() * MAX_PRICE));
      var unused = client.save(order, ExpectedVersion.exactly(0), Order.CODEC.encode(placed));
    }
  }

  static List<String> names(int orders) {
    return IntStream.range(0, orders).mapToObj("order-%04d"::formatted).toList();
  }

  /** Kills the process manager at random steps. An order takes at least two steps. */
  private void killRepeatedly(JavaProcess process) {
    int[] moments = random.ints(options.kills, 1, options.orders * 2).sorted().toArray();
    for (int moment : moments) {
      Waiting.until("step " + moment, DECIDED_WITHIN, () -> steps.get() >= moment);
      out.printf("  SIGKILL to the process manager after %d steps%n", steps.get());
      process.kill();
      process.start();
    }
  }

  private Subscription watch(AetherClient client) {
    List<String> ends = List.of(Json.type(OrderConfirmed.class), Json.type(OrderCancelled.class));
    return client.subscribe(
        SubscribeOptions.builder(SubscriptionStart.beginning()).build(),
        new SubscriptionListener() {
          @Override
          public void onCommit(Commit commit) {
            if (!commit.events().get(0).metadata().isEmpty()) {
              steps.incrementAndGet();
            }
            if (ends.contains(commit.events().get(0).type())) {
              decided.incrementAndGet();
            }
          }

          @Override
          public void onError(AetherException error) {
            out.println("the subscription failed: " + error.getMessage());
          }
        });
  }
}
