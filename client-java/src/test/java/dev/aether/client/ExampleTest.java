package dev.aether.client;

import static dev.aether.client.ScriptedServer.answer;
import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.fail;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SaveEventsStreamResponse;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionEvents;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ExampleTest {

  @Test
  void theExampleOfThePackageDescriptionDecidesAgainOnWhatItMissed() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (ScriptedServer server = new ScriptedServer()) {
      server.saves.add(answer(SaveEventsResponse.getDefaultInstance()));
      server.saves.add(
          fail(
              error(
                  Status.Code.ABORTED,
                  "VERSION_CONFLICT",
                  Map.of(
                      "actor_id", "order-1", "current_version", "2", "attempted_version", "2"))));
      server.reads.add(answer(events(2, "OrderPaid")));
      server.saves.add(answer(SaveEventsResponse.getDefaultInstance()));
      server.reads.add(answer(events(1, "OrderPlaced", "OrderPaid", "RefundOrdered")));

      example(server.endpoint(), new PrintStream(printed, true, StandardCharsets.UTF_8));

      assertEquals("OrderPlaced on 0", saved(server));
      assertEquals("OrderCancelled on 1", saved(server));
      assertEquals(2, server.received(GetEventsRequest.class).getFromVersion());
      assertEquals("RefundOrdered on 2", saved(server));
    }
    assertEquals(
        List.of("1 OrderPlaced", "2 OrderPaid", "3 RefundOrdered"),
        printed.toString(StandardCharsets.UTF_8).lines().toList());
  }

  private static GetEventsResponse events(long version, String... types) {
    GetEventsResponse.Builder events = GetEventsResponse.newBuilder();
    for (String type : types) {
      events.addEvents(
          dev.aether.v1.Event.newBuilder()
              .setVersion(version + events.getEventsCount())
              .setEventType(type));
    }
    return events.build();
  }

  private static String saved(ScriptedServer server) throws InterruptedException {
    SaveEventsRequest request = server.received(SaveEventsRequest.class);
    return request.getEvents(0).getEventType() + " on " + request.getExpectedVersion();
  }

  private static void example(String endpoint, PrintStream out) {
    // example
    try (AetherClient client = AetherClient.connect(endpoint)) {
      client.save("order-1", ExpectedVersion.exactly(0), NewEvent.json("OrderPlaced", "{}"));
      try {
        // This writer has seen version 1.
        client.save("order-1", ExpectedVersion.exactly(1), NewEvent.json("OrderCancelled", "{}"));
      } catch (VersionConflictException conflict) {
        // Another writer was faster. Read what was missed and decide again.
        NewEvent decision;
        try (Stream<Event> missed =
            client.events("order-1", ReadOptions.from(conflict.attemptedVersion()))) {
          boolean paid = missed.anyMatch(event -> event.type().equals("OrderPaid"));
          decision = NewEvent.json(paid ? "RefundOrdered" : "OrderCancelled", "{}");
        }
        client.save("order-1", ExpectedVersion.exactly(conflict.currentVersion()), decision);
      }
      try (Stream<Event> events = client.events("order-1")) {
        events.forEach(event -> out.println(event.version() + " " + event.type()));
      }
    }
    // end
  }

  @Test
  void theExamplesOfTheClientsGuideRun() throws Exception {
    try (ScriptedServer server = new ScriptedServer();
        AetherClient client = server.client().build()) {
      server.saveStreams.add(
          (request, caller) ->
              caller.onNext(
                  SaveEventsStreamResponse.newBuilder()
                      .setCommitId(request.getCommitId())
                      .setSaved(SaveEventsResponse.newBuilder().setLastVersion(7))
                      .build()));
      server.loads.add(
          answer(
              LoadActorResponse.newBuilder()
                  .setSnapshot(dev.aether.v1.Snapshot.newBuilder().setActorId("a").setVersion(5))
                  .addEvents(dev.aether.v1.Event.newBuilder().setVersion(6))
                  .addEvents(dev.aether.v1.Event.newBuilder().setVersion(7))
                  .build()));
      server.subscriptions.add(
          answer(
              SubscribeResponse.newBuilder()
                  .setEvents(SubscriptionEvents.newBuilder().setCursor("c1"))
                  .build()));
      ByteArrayOutputStream printed = new ByteArrayOutputStream();

      more(client, new Projection(), new PrintStream(printed, true, StandardCharsets.UTF_8));

      assertEquals("stored up to 7\n7 events", printed.toString(StandardCharsets.UTF_8).strip());
    }
  }

  /** The projection of the examples. */
  private static final class Projection {
    void apply(List<Commit> commits, @Nullable Cursor cursor) {}

    void moveTo(Cursor cursor) {}

    @Nullable String storedCursor() {
      return "c0";
    }
  }

  private static void more(AetherClient client, Projection projection, PrintStream out) {
    NewEvent paid = NewEvent.json("OrderPaid", "{}");
    // more
    // Pipelined saves: up to 512 may be unanswered.
    CompletableFuture<Saved> saved;
    try (SaveStream saves = client.saveStream(SaveStreamOptions.defaults())) {
      saved = saves.save("order-1", ExpectedVersion.any(), paid);
    }
    out.println("stored up to " + saved.join().lastVersion());

    // An actor's state: from its snapshot, if there is one, and the events after it.
    long count =
        client
            .loadActor("order-1")
            .fold(
                snapshot -> snapshot.map(Snapshot::version).orElse(0L),
                (state, event) -> state + 1);
    out.println(count + " events");

    // Each commit once and in order, even if connections or nodes are lost.
    @Nullable String stored = projection.storedCursor();
    Subscription subscription =
        client.subscribe(
            SubscribeOptions.builder(
                    stored == null
                        ? SubscriptionStart.beginning()
                        : SubscriptionStart.after(Cursor.of(stored)))
                .build(),
            new SubscriptionListener() {
              @Override
              public void onCommits(List<Commit> commits, @Nullable Cursor cursor) {
                projection.apply(commits, cursor);
              }

              @Override
              public void onCursor(Cursor cursor) {
                projection.moveTo(cursor); // after commits that came without one
              }

              @Override
              public void onError(AetherException error) {
                out.println("given up: " + error);
              }
            });
    // end
    subscription.close();
  }

  @Test
  void theReadMeAndTheClientsGuideShowTheExamplesThatRun() throws IOException {
    String readMe = Files.readString(Path.of("..", "README.md"));
    String guide = Files.readString(Path.of("..", "docs", "java-client.md"));
    assertEquals(
        plain(example("    // example\n"))
            .replace("connect(endpoint)", "connect(\"localhost:7450\")"),
        plain(between(readMe, "```java\n", "```")));
    assertEquals(
        plain(example("    // more\n")),
        plain(between(guide, "state and subscriptions\n\n```java\n", "```")));
  }

  private static String example(String begin) throws IOException {
    return between(
        Files.readString(Path.of("src/test/java/dev/aether/client/ExampleTest.java")),
        begin,
        "    // end\n");
  }

  private static String plain(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining("\n"));
  }

  @Test
  void theExampleInThePackageDescriptionIsTheOneThatRuns() throws IOException {
    Path sources = Path.of("src");
    String code = example("    // example\n");
    String javadoc =
        between(
            Files.readString(sources.resolve("main/java/dev/aether/client/package-info.java")),
            " * <pre>{@code\n",
            " * }</pre>");

    assertEquals(
        code.replace("connect(endpoint)", "connect(\"localhost:7450\")")
            .lines()
            .map(String::strip)
            .collect(Collectors.joining("\n")),
        javadoc
            .lines()
            .map(line -> line.replaceFirst("^ \\* ?", "").strip())
            .collect(Collectors.joining("\n")));
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf(end, from);
    assertTrue(from >= begin.length() && to > from, begin);
    return text.substring(from, to);
  }
}
