package dev.aether.examples.broadcast;

import dev.aether.client.AetherClient;
import dev.aether.client.Cursor;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionStart;
import dev.aether.examples.common.Servers;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A writer on one node and a listener on another. Stored events always reach the listener; a
 * broadcast is not stored and reaches, at most once, those who are subscribed at that moment.
 */
final class Broadcast {
  private static final String SHARE = "share.acme";

  private final String first;
  private final String second;
  private final String namespace = Servers.newNamespace("broadcast");
  private final PrintStream out;
  private final List<String> received = new ArrayList<>();

  /**
   * Creates the example.
   *
   * @param endpoints two nodes on the same NATS
   */
  Broadcast(List<String> endpoints, PrintStream out) {
    if (endpoints.size() < 2) {
      throw new IllegalArgumentException("two nodes are needed, got " + endpoints);
    }
    this.first = endpoints.get(0);
    this.second = endpoints.get(1);
    this.out = out;
  }

  /** Runs it and returns what the listener received, in order. */
  List<String> run() throws InterruptedException {
    try (AetherClient writer = client(first);
        AetherClient reader = client(second)) {
      out.printf("The writer is on %s, the listener on %s.%n", first, second);
      Cursor cursor = listening(writer, reader);
      out.println("The listener disconnects. Meanwhile:");
      store(writer, 102);
      broadcast(writer, 102.5);
      out.println("The listener resumes at its cursor:");
      resume(writer, reader, cursor);
      return received;
    }
  }

  private AetherClient client(String endpoint) {
    return Servers.client(List.of(endpoint), namespace).build();
  }

  /** Returns the cursor after everything that was received. */
  private Cursor listening(AetherClient writer, AetherClient reader) throws InterruptedException {
    Listener listener = new Listener();
    try (Subscription subscription = subscribe(reader, SubscriptionStart.live(), listener)) {
      listener.awaitStarted();
      store(writer, 101);
      receive(listener);
      broadcast(writer, 101.5);
      receive(listener);
      return Objects.requireNonNull(subscription.cursor());
    }
  }

  private void resume(AetherClient writer, AetherClient reader, Cursor cursor)
      throws InterruptedException {
    Listener listener = new Listener();
    Subscription unused = subscribe(reader, SubscriptionStart.after(cursor), listener);
    listener.awaitStarted();
    receive(listener);
    broadcast(writer, 103.5);
    receive(listener);
    out.println("The broadcast sent while it was disconnected is lost; the stored event is not.");
  }

  private static Subscription subscribe(
      AetherClient client, SubscriptionStart start, Listener listener) {
    return client.subscribe(
        SubscribeOptions.builder(start).includeBroadcasts(true).build(), listener);
  }

  private void store(AetherClient writer, int price) {
    out.println("  the writer stores     PriceSet " + price);
    var unused = writer.save(SHARE, ExpectedVersion.any(), NewEvent.json("PriceSet", "" + price));
  }

  private void broadcast(AetherClient writer, double price) {
    out.println("  the writer broadcasts PriceSeen " + price);
    writer.publish(NewEvent.json("PriceSeen", "" + price));
  }

  private void receive(Listener listener) throws InterruptedException {
    String what = listener.next();
    out.println(
        what == null ? "  the listener receives nothing" : "  the listener receives " + what);
    if (what != null) {
      received.add(what);
    }
  }
}
