package dev.aether.examples.bank;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import dev.aether.client.ReadLogOptions;
import dev.aether.client.actor.EventContext;
import dev.aether.examples.bank.AccountEvent.Credited;
import dev.aether.examples.bank.AccountEvent.Debited;
import dev.aether.examples.bank.AccountEvent.Opened;
import dev.aether.examples.bank.AccountEvent.Refunded;
import dev.aether.examples.bank.Accounts.Request;
import dev.aether.examples.common.CheckpointFile;
import dev.aether.examples.common.Json;
import dev.aether.examples.common.Servers;
import dev.aether.examples.local.Killable;
import dev.aether.examples.local.LocalCluster;
import dev.aether.examples.local.TemporaryFolder;
import dev.aether.examples.local.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * One run: opens accounts, makes transfers while servers are killed, settles all of them, and
 * audits the result.
 */
final class Bank {
  /** Short, so that outages show up here and not only in the client. */
  private static final Duration DEADLINE = Duration.ofSeconds(2);

  private static final String CHECKPOINT = "settlement.cursor";
  private static final Duration SETTLED_WITHIN = Duration.ofMinutes(5);

  private final Servers servers;
  private final BankOptions options;
  private final PrintStream out;
  private final Plan plan;
  private final String namespace = Servers.newNamespace("bank");
  private final Tally tally = new Tally();
  private final Promises promises = new Promises();
  private final List<String> names;

  Bank(Servers servers, BankOptions options, PrintStream out) {
    this.servers = servers;
    this.options = options;
    this.out = out;
    this.plan = new Plan(options);
    this.names = IntStream.range(0, options.accounts).mapToObj(Plan::name).toList();
  }

  /** Runs it and returns the problems in the books; empty if there are none. */
  List<String> run() throws IOException, InterruptedException {
    out.printf(
        "%,d transfers between %,d accounts by %d clients on %s, seed %d%n",
        options.transfers, options.accounts, options.clients, servers.endpoints(), options.seed);
    ExecutorService threads = Executors.newFixedThreadPool(options.clients);
    try (TemporaryFolder folder = TemporaryFolder.make("aether-bank-");
        AetherClient client = client().build();
        SettlementService settlement =
            folder.with(
                new SettlementService(
                    client, new Accounts(client, tally), folder.path().resolve(CHECKPOINT)))) {
      open(new Accounts(client, tally), threads);
      settlement.start();
      long begun = System.nanoTime();
      Killer killer = killer(settlement);
      CompletableFuture<Void> tellers = tellers(threads, killer);
      killer.run(options.kills, promises::answered, options.transfers);
      tellers.join();
      awaitSettled(client, folder.path().resolve(CHECKPOINT));
      out.printf("  all settled after %.1f s%n", (System.nanoTime() - begun) / 1e9);
    } finally {
      threads.shutdownNow();
    }
    return audit();
  }

  private AetherClientBuilder client() {
    return servers.client(namespace).deadline(DEADLINE).attemptTimeout(DEADLINE.dividedBy(2));
  }

  private void open(Accounts accounts, ExecutorService threads) {
    List<CompletableFuture<Void>> opened = new ArrayList<>();
    for (String name : names) {
      Request request =
          new Request(name, new Opened(Plan.OPENING_BALANCE), name + ".open", EventContext.none());
      opened.add(CompletableFuture.runAsync(() -> accounts.apply(request), threads));
    }
    opened.forEach(CompletableFuture::join);
  }

  private CompletableFuture<Void> tellers(ExecutorService threads, Killer killer) {
    return CompletableFuture.allOf(
        IntStream.range(0, options.clients)
            .mapToObj(number -> CompletableFuture.runAsync(() -> teller(number, killer), threads))
            .toArray(CompletableFuture<?>[]::new));
  }

  private void teller(int number, Killer killer) {
    try (AetherClient own = client().build()) {
      new Teller(plan, number, new Accounts(own, tally), promises, killer::awaitTurn).run();
    }
  }

  /** Kills only servers that this program started. */
  private Killer killer(SettlementService settlement) {
    List<Killable> victims = new ArrayList<>();
    servers.own().map(LocalCluster::servers).ifPresent(victims::addAll);
    victims.add(settlement);
    return new Killer(victims, new Random(options.seed), out);
  }

  /** Waits until there is nothing left to settle after the checkpoint. */
  private void awaitSettled(AetherClient client, Path checkpoint) {
    Waiting.until("all debits to be settled", SETTLED_WITHIN, () -> isSettled(client, checkpoint));
  }

  private static boolean isSettled(AetherClient client, Path checkpoint) {
    ReadLogOptions rest =
        new CheckpointFile(checkpoint)
            .cursor()
            .map(cursor -> ReadLogOptions.builder().after(cursor))
            .orElseGet(ReadLogOptions::builder)
            .eventType(Json.type(Debited.class))
            .maxCount(1)
            .build();
    try (var signals = client.readLog(rest)) {
      return signals.flatMap(signal -> signal.commits()).findAny().isEmpty();
    }
  }

  /** Reads the books from each node and, if this program started the nodes, from a new one. */
  private List<String> audit() throws IOException {
    out.printf(
        "%,d debited, %,d refused (balance too low or account closed)%n%s%n",
        promises.accepted().size(), promises.refused(), tally);
    List<String> endpoints = new ArrayList<>(servers.endpoints());
    if (servers.own().isPresent()) {
      endpoints.add(servers.own().get().addNode());
    }
    List<String> problems = new ArrayList<>();
    Books first = null;
    for (String endpoint : endpoints) {
      Books books = read(endpoint);
      problems.addAll(audit(endpoint, books));
      first = first == null ? books : first;
      if (!books.equals(first)) {
        problems.add(
            "the books of %s differ from those of %s".formatted(endpoint, endpoints.get(0)));
      }
    }
    problems.forEach(problem -> out.println("  WRONG: " + problem));
    out.println(problems.isEmpty() ? "The books are right." : "The books are wrong.");
    return problems;
  }

  private Books read(String endpoint) {
    try (AetherClient client = Servers.client(List.of(endpoint), namespace).build()) {
      return Books.read(client, names);
    }
  }

  private List<String> audit(String endpoint, Books books) {
    Audit audit = new Audit(books, promises.accepted());
    List<String> problems = audit.problems();
    out.printf(
        "audit on %s: %,d events, %,d credited, %,d refunded, %,d cents in all%n",
        endpoint,
        books.events(),
        audit.count(Credited.class),
        audit.count(Refunded.class),
        books.balances());
    return problems;
  }
}
