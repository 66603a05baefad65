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
 * The demo's plot: save on one node, receive on the other, collide, decide anew. Needs two nodes on
 * one empty store.
 */
public final class DemoScenario {
  private final AetherClient nodeA;
  private final AetherClient nodeB;
  private final Consumer<String> print;

  /** A scenario that prints line by line. The clients stay open. */
  public DemoScenario(AetherClient nodeA, AetherClient nodeB, Consumer<String> print) {
    this.nodeA = nodeA;
    this.nodeB = nodeB;
    this.print = print;
  }

  /** Says where the nodes are. */
  public void introduce(String addressA, String addressB) {
    line("Two Aether nodes, A on %s and B on %s, share one NATS JetStream.", addressA, addressB);
    line("");
  }

  /** Says how to go on without the demo. */
  public void sayWhatNext() {
    line("");
    line("Next, in two terminals:");
    line("  ./aether serve");
    line("  ./aether save --actor order-1 --type Placed --expect 0 --data '{\"total\": 12.50}'");
    line("  ./aether save --actor order-1 --type Placed --expect 0    (the conflict, exit code 3)");
    line("  ./aether events order-1");
    line("  ./aether subscribe --start beginning");
  }

  /** Plays it once. */
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
        "1. Node A saves %d real events of %d permit cases, each a commit of its own.",
        DemoSample.EVENTS, DemoSample.ACTORS);
    long start = System.nanoTime();
    new Importer(nodeA.async(), NamespaceChoice.unlessNamed("default"), new ImportTally())
        .run(DemoSample.open());
    double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
    line("   Done in %.1f s; each was on disk before node A said so.", seconds);
    line("");
  }

  private void receive(DemoSubscriber subscriber) throws InterruptedException, TimeoutException {
    line("2. A subscriber on node B receives what node A stores:");
    subscriber.awaitAll();
    subscriber.first().forEach(event -> line("     %s", told(event)));
    line(
        "     … %d events in all, %d out of their actor's order.",
        DemoSample.EVENTS, subscriber.outOfOrder());
    line("");
  }

  private void collide() {
    String actor = DemoSample.ACTOR;
    long seen = nodeA.latestVersion(actor);
    line("3. Two clerks look at %s, both at version %d, and both act on it.", actor, seen);
    Saved first = nodeA.save(actor, ExpectedVersion.exactly(seen), decision("Permit granted"));
    line(
        "     Clerk 1, on node A, saves \"Permit granted\": stored as version %d.",
        first.lastVersion());
    try {
      Saved second = nodeB.save(actor, ExpectedVersion.exactly(seen), decision("Permit refused"));
      throw new IllegalStateException("two saves made version " + second.lastVersion());
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
    line("     Clerk 2 reads what was missed (%s) and decides anew:", missed.get(0).type());
    Saved saved =
        nodeB.save(
            actor,
            ExpectedVersion.exactly(missed.get(missed.size() - 1).version()),
            decision("Objection noted"));
    line(
        "         \"Objection noted\" is stored as version %d. Nobody was overwritten.",
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
