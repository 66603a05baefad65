package dev.aether.server.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the console's page is told. {@code dev/check-web-console} looks at the page itself. */
class ConsoleTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  private final AetherServer node = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));
  private final ManagedChannel channel =
      NettyChannelBuilder.forAddress("127.0.0.1", node.grpcAddress().getPort())
          .usePlaintext()
          .build();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void end() {
    channel.shutdownNow();
    node.close();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    int port = node.httpAddress().orElseThrow().getPort();
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(BOUND)
            .build(),
        BodyHandlers.ofString());
  }

  private JsonObject json(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer = get(path);
    assertEquals(200, answer.statusCode(), answer::body);
    return JsonParser.parseString(answer.body()).getAsJsonObject();
  }

  private EventStoreGrpc.EventStoreBlockingStub store() {
    return EventStoreGrpc.newBlockingStub(channel)
        .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  private static SaveEventsRequest.Builder saving(String actor, int events, ByteString data) {
    SaveEventsRequest.Builder request =
        SaveEventsRequest.newBuilder()
            .setNamespace("shop")
            .setActorId(actor)
            .setCommitId(UUID.randomUUID().toString())
            .setAnyVersion(Empty.getDefaultInstance());
    for (int i = 0; i < events; i++) {
      request.addEvents(NewEvent.newBuilder().setEventType("Added").setData(data));
    }
    return request;
  }

  private void save(String actor, int events) {
    var unused = store().saveEvents(saving(actor, events, ByteString.copyFromUtf8("{}")).build());
  }

  private static List<Long> versions(JsonObject answer) {
    List<Long> versions = new ArrayList<>();
    for (JsonElement event : answer.getAsJsonArray("events")) {
      versions.add(event.getAsJsonObject().get("version").getAsLong());
    }
    return versions;
  }

  @Test
  void aLongHistoryIsReadInPagesWithoutAGapOrARepeat() throws Exception {
    for (int i = 0; i < 9; i++) {
      save("a", 30);
    }
    List<Long> all = new ArrayList<>();
    String to = "";
    boolean more = true;
    while (more) {
      JsonObject page = json("/api/events?namespace=shop&actor=a" + to);
      List<Long> versions = versions(page);
      assertTrue(versions.size() <= 100, () -> versions.size() + " events");
      all.addAll(versions);
      more = page.get("more").getAsBoolean();
      to = "&to=" + (all.get(all.size() - 1) - 1);
    }
    List<Long> expected = new ArrayList<>();
    for (long version = 270; version >= 1; version--) {
      expected.add(version);
    }
    assertEquals(expected, all);
  }

  @Test
  void dataIsTextAsItWasSavedAndOtherBytesAreBase64() throws Exception {
    String exact = "{\"n\": 12345678901234567890123,  \"s\":\"<b>\"}";
    var text = store().saveEvents(saving("a", 1, ByteString.copyFromUtf8(exact)).build());
    var bytes =
        store()
            .saveEvents(saving("a", 1, ByteString.copyFrom(new byte[] {(byte) 0xff, 0})).build());
    assertEquals(text.getLastVersion() + 1, bytes.getLastVersion());
    var events = json("/api/events?namespace=shop&actor=a").getAsJsonArray("events");
    assertEquals("/wA=", events.get(0).getAsJsonObject().get("dataBase64").getAsString());
    assertEquals(exact, events.get(1).getAsJsonObject().get("data").getAsString());
  }

  @Test
  void theTailBeginsNowAndMissesNothingAfterwards() throws Exception {
    save("a", 1);
    JsonObject begun = json("/api/tail?pattern=shop");
    assertEquals(List.of(), versions(begun));
    save("a", 2);
    save("b", 1);
    JsonObject next = json("/api/tail?pattern=shop&cursor=" + begun.get("cursor").getAsString());
    assertEquals(List.of(2L, 3L, 1L), versions(next));
    JsonObject last = json("/api/tail?pattern=shop&cursor=" + next.get("cursor").getAsString());
    assertEquals(List.of(), versions(last));
  }

  @Test
  void theTailShowsOnlyTheWantedTypeAndActors() throws Exception {
    save("shop.1", 1);
    String cursor =
        json("/api/tail?pattern=shop&type=Added&actor=shop.*").get("cursor").getAsString();
    save("shop.1", 1);
    save("other", 1);
    String where = "&cursor=" + cursor;
    assertEquals(
        List.of(2L), versions(json("/api/tail?pattern=shop&type=Added&actor=shop.*" + where)));
    assertEquals(List.of(), versions(json("/api/tail?pattern=shop&type=Removed" + where)));
  }

  @Test
  void conflictsAreCountedByActor() throws Exception {
    save("a", 1);
    for (int i = 0; i < 3; i++) {
      try {
        var unused =
            store().saveEvents(saving("a", 1, ByteString.EMPTY).setExpectedVersion(7).build());
      } catch (StatusRuntimeException e) {
        assertEquals(Status.Code.ABORTED, e.getStatus().getCode());
      }
    }
    JsonObject most = json("/api/conflicts").getAsJsonArray("actors").get(0).getAsJsonObject();
    assertEquals("a", most.get("actorId").getAsString());
    assertEquals(3, most.get("conflicts").getAsLong());
    assertEquals(3, json("/api/node").get("conflicts").getAsLong());
  }

  @Test
  void subscriptionsAreShownWithWhoReceivesThem() throws Exception {
    save("a", 1);
    var frames =
        EventBusGrpc.newBlockingStub(channel)
            .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
            .subscribe(
                SubscribeRequest.newBuilder()
                    .setNamespacePattern("shop")
                    .setBeginning(Empty.getDefaultInstance())
                    .build());
    assertTrue(frames.hasNext());
    JsonObject answer = json("/api/subscriptions");
    assertEquals(1, answer.get("total").getAsInt());
    JsonObject shown = answer.getAsJsonArray("subscriptions").get(0).getAsJsonObject();
    assertEquals("shop", shown.get("pattern").getAsString());
    assertTrue(shown.get("subscriber").getAsString().startsWith("127.0.0.1:"), shown::toString);
  }

  @Test
  void requestsThatMakeNoSenseAreRefusedWithTheReason() throws Exception {
    save("a", 1);
    for (String path :
        List.of(
            "/api/events?namespace=no%20name&actor=a",
            "/api/events?namespace=shop",
            "/api/events?namespace=shop&actor=a&to=x",
            "/api/actors?namespace=shop&page=x",
            "/api/tail?pattern=a..b",
            "/api/tail?pattern=%3E.a",
            "/api/tail?pattern=shop&cursor=x",
            "/api/tail?pattern=shop&actor=" + "a".repeat(600))) {
      HttpResponse<String> answer = get(path);
      assertEquals(400, answer.statusCode(), path + ": " + answer.body());
      assertFalse(answer.body().isBlank(), path);
    }
    assertEquals(404, get("/api/nothing").statusCode());
    assertEquals(404, get("/console/../etc/passwd").statusCode());
  }

  @Test
  void thePageTakesNothingFromElsewhere() throws Exception {
    HttpResponse<String> page = get("/");
    String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
    assertTrue(policy.startsWith("default-src 'none'; script-src 'self'"), policy);
    assertFalse(page.body().contains("://"), page::body);
    for (String file : List.of("console.css", "console.js", "icon.svg")) {
      assertEquals(200, get("/console/" + file).statusCode(), file);
    }
  }
}
