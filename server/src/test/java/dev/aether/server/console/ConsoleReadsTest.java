package dev.aether.server.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import dev.aether.server.codec.RequestDigest;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Namespace;
import dev.aether.server.ops.HttpEndpoint;
import dev.aether.server.security.Security;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.memory.InMemoryStore;
import dev.aether.server.testing.HttpText;
import dev.aether.v1.NewEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long the console reads for one answer. */
class ConsoleReadsTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  /** More than a page of a log has. */
  private static final int DATA = 700 * 1024;

  private static final int COMMITS = 6;

  private static void save(InMemoryStore store, int number) {
    List<NewEvent> events =
        List.of(
            NewEvent.newBuilder()
                .setEventType("Added")
                .setData(ByteString.copyFrom(new byte[DATA]))
                .build());
    var unused =
        store
            .events()
            .save(
                new Save(
                    Namespace.DEFAULT,
                    new ActorId("a"),
                    new CommitId("commit-" + number),
                    new ExpectedVersion.Any(),
                    events,
                    RequestDigest.of(events),
                    false,
                    new SaveOrder(),
                    System.nanoTime() + BOUND.toNanos()))
            .join();
  }

  @Test
  void aTailThatFindsNothingAnswersWithWhatIsLeftWhenItsTimeHasPassed() throws Exception {
    try (InMemoryStore store = new InMemoryStore(true);
        Security security = new Security(SecurityConfig.NONE, InstantSource.system());
        HttpEndpoint endpoint =
            new HttpEndpoint(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new ConsoleReads(store, Duration.ZERO).routes(),
                security)) {
      save(store, 0);
      String tail = "http://127.0.0.1:" + endpoint.address().getPort() + "/api/tail?pattern=";
      String cursor = ask(tail + "default").get("cursor").getAsString();
      for (int i = 1; i <= COMMITS; i++) {
        save(store, i);
      }
      int answers = 0;
      boolean more = true;
      while (more) {
        JsonObject answer = ask(tail + "default&type=Removed&cursor=" + cursor);
        assertTrue(answer.getAsJsonArray("events").isEmpty());
        String reached = answer.get("cursor").getAsString();
        more = answer.get("more").getAsBoolean();
        assertEquals(more, !reached.equals(cursor), "each answer comes further, until the end");
        cursor = reached;
        answers++;
      }
      assertTrue(answers > 2, answers + " answers");
      save(store, COMMITS + 1);
      JsonObject last = ask(tail + "default&cursor=" + cursor);
      assertEquals(1, last.getAsJsonArray("events").size());
      assertFalse(
          ask(tail + "default&cursor=" + last.get("cursor").getAsString())
              .get("more")
              .getAsBoolean());
    }
  }

  private static JsonObject ask(String url) {
    return JsonParser.parseString(HttpText.get(HttpClient.newHttpClient(), URI.create(url)))
        .getAsJsonObject();
  }
}
