package dev.aether.server.cli.demo;

import dev.aether.client.AetherClient;
import dev.aether.client.Event;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.ReadOptions;
import dev.aether.client.Saved;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionStart;
import dev.aether.client.VersionConflictException;
import dev.aether.server.cli.load.ImportStopped;
import dev.aether.server.cli.load.ImportTally;
import dev.aether.server.cli.load.Importer;
import dev.aether.server.cli.load.NamespaceChoice;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The steps of the demo: save on one node, receive on the other, run into a conflict, and decide
 * again. Needs two nodes with one empty store.
 */
public final class DemoScenario {
  private final AetherClient nodeA;
  private final AetherClient nodeB;
  private final Consumer<String> print;

  /** Creates a scenario, which prints line by line. It does not close the clients. */
  public DemoScenario(AetherClient nodeA, AetherClient nodeB, Consumer<String> print) {
    this.nodeA = nodeA;
    this.nodeB = nodeB;
    this.print = print;
  }

  /** Introduces the nodes. */
  public void introduce(String addressA, String addressB) {
    line("Two Aether nodes, A on %s and B on %s, share one NATS JetStream.", addressA, addressB);
    line("");
  }

  /** Suggests commands to run after the demo. */
  public void sayWhatNext(String program) {
    line("");
    line("Next, in two terminals:");
    for (String command :
        List.of(
            "serve",
            "save --actor order-1 --type Placed --expect 0 --data '{\"total\": 12.50}'",
            "save --actor order-1 --type Placed --expect 0    (the conflict, exit code 3)",
            "events order-1",
            "subscribe --start beginning")) {
      line("  %s %s", program, command);
    }
  }

  /** Runs the steps. Call it once. */
  public void play() throws ImportStopped, IOException, InterruptedException, TimeoutException {
    DemoSubscriber subscriber = new DemoSubscriber(DemoSample.EVENTS);
    SubscribeOptions live = SubscribeOptions.builder(SubscriptionStart.live()).build();
    try (Subscription unused = nodeB.subscribe(live, subscriber)) {
      subscriber.awaitStart();
      save();
      receive(subscriber);
    }
    collide();
  }

  private void save() throws ImportStopped, IOException, InterruptedException {
    line(
        "1. Node A saves %d real events of %d permit cases, each in a commit of its own.",
        DemoSample.EVENTS, DemoSample.ACTORS);
    long start = System.nanoTime();
    new Importer(nodeA.async(), NamespaceChoice.unlessNamed("default"), new ImportTally())
        .run(DemoSample.open());
    double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
    line("   Done in %.1f s. Each was on disk before node A acknowledged it.", seconds);
    line("");
  }

  private void receive(DemoSubscriber subscriber) throws InterruptedException, TimeoutException {
    line("2. A subscriber on node B receives what node A stores:");
    subscriber.awaitAll();
    subscriber.first().forEach(event -> line("     %s", told(event)));
    line(
        "     … %d events in total, %d out of order within their actor.",
        DemoSample.EVENTS, subscriber.outOfOrder());
    line("");
  }

  private void collide() {
    String actor = DemoSample.ACTOR;
    long seen = nodeA.latestVersion(actor);
    line("3. Two clerks look at %s at version %d, and both make a decision.", actor, seen);
    Saved first = nodeA.save(actor, ExpectedVersion.exactly(seen), decision("Permit granted"));
    line(
        "     Clerk 1, on node A, saves \"Permit granted\": stored as version %d.",
        first.lastVersion());
    try {
      Saved second = nodeB.save(actor, ExpectedVersion.exactly(seen), decision("Permit refused"));
      throw new IllegalStateException("two saves created version " + second.lastVersion());
    } catch (VersionConflictException conflict) {
      line(
          "     Clerk 2, on node B, saves \"Permit refused\": VersionConflict, nothing is stored.");
      line(
          "         actorId %s, currentVersion %d, attemptedVersion %d",
          conflict.actorId(), conflict.currentVersion(), conflict.attemptedVersion());
      decideAnew(conflict);
    }
  }

  private void decideAnew(VersionConflictException conflict) {
    String actor = conflict.actorId();
    List<Event> missed = missed(conflict);
    line("     Clerk 2 reads what it missed (%s) and decides again:", missed.get(0).type());
    Saved saved =
        nodeB.save(
            actor,
            ExpectedVersion.exactly(missed.get(missed.size() - 1).version()),
            decision("Objection noted"));
    line(
        "         \"Objection noted\" is stored as version %d. Nothing was overwritten.",
        saved.lastVersion());
  }

  private List<Event> missed(VersionConflictException conflict) {
    try (Stream<Event> events =
        nodeB.events(conflict.actorId(), ReadOptions.from(conflict.attemptedVersion()))) {
      return events.toList();
    }
  }

  private static NewEvent decision(String type) {
    return NewEvent.json(type, "{\"by\":\"aether demo\"}");
  }

  private static String told(Event event) {
    return String.format(
        Locale.ROOT,
        "%s  v%d  %s  %s",
        event.actorId(),
        event.version(),
        event.timestamp(),
        event.type());
  }

  private void line(String format, Object... values) {
    print.accept(String.format(Locale.ROOT, format, values));
  }
}
