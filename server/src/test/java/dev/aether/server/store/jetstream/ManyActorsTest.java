package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.codec.CommitCodec;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.Actors;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Lists more actors than fit one block of JetStream with {@code -Daether.actors=1000000}; otherwise
 * a few, some of them damaged.
 */
class ManyActorsTest {
  private static final String DIGEST = "tPY9GDwOgTZP73ZxyUVOZQ";
  private static final Namespace NAMESPACE = new Namespace("many");
  private static final Duration SOON = Duration.ofSeconds(30);

  private static Save save(String actor) {
    return new Save(
        NAMESPACE,
        new ActorId(actor),
        new CommitId("c"),
        new ExpectedVersion.Any(),
        List.of(NewEvent.newBuilder().setEventId("e").setEventType("happened").build()),
        DIGEST,
        false,
        new SaveOrder(),
        System.nanoTime() + SOON.toNanos());
  }

  private static byte[] commit(String actor) {
    return CommitCodec.encode(
        NAMESPACE, new ActorId(actor), new CommitId("c"), 1, save(actor).events());
  }

  @Test
  void allAreListedOnceWithTheVersionsThatCanBeRead() throws Exception {
    int actors = Integer.getInteger("aether.actors", 2500);
    try (TestNatsServer nats = TestNatsServer.start();
        JetStreamStore store =
            JetStreamStore.open(
                new JetStreamConfig(
                    List.of(nats.url()), "many", SOON, 1, true, Durability.Sync.UNKNOWN));
        Connection meddler = Nats.connect(nats.url())) {
      Map<String, Long> expected = new HashMap<>();
      for (String damaged : List.of("damaged-after-two", "damaged-from-the-start")) {
        var unused = store.events().save(save("x" + damaged)).join();
        expected.put("x" + damaged, 1L);
      }
      LogId log =
          store.namespaces().find(NAMESPACE).join().map(Namespaces.Info::firstLog).orElseThrow();
      // JetStream drops messages that arrive faster than it stores them; an unacknowledged message
      // is not stored.
      List<CompletableFuture<PublishAck>> acknowledged = new ArrayList<>();
      for (int i = 0; i < actors; i++) {
        String actor = "actor-%07d".formatted(i);
        acknowledged.add(
            meddler
                .jetStream()
                .publishAsync(
                    SubjectCodec.subject(log, new ActorId(actor)),
                    new Headers().put(CommitHeader.NAME, "1 1 1 1 a " + DIGEST + " ~ c"),
                    commit(actor)));
        expected.put(actor, 1L);
        if (acknowledged.size() == 1000) {
          acknowledged.forEach(CompletableFuture::join);
          acknowledged.clear();
        }
      }
      acknowledged.forEach(CompletableFuture::join);
      damage(meddler, log, "damaged-after-two", 2);
      damage(meddler, log, "damaged-from-the-start", 0);
      expected.put("damaged-after-two", 2L);
      expected.put("damaged-from-the-start", 0L);
      // A subject that no actor has.
      var noActor = meddler.jetStream().publish(SubjectCodec.prefix(log) + "a%zz", new byte[0]);

      Map<String, Long> listed = new HashMap<>();
      List<Long> tookMs = new ArrayList<>();
      Optional<Actors.Place> after = Optional.empty();
      do {
        long begun = System.nanoTime();
        Actors.Page page =
            store.actors().list(new Actors.Query(NAMESPACE, "", 1000, false, after)).join();
        tookMs.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        for (Actors.Listed actor : page.actors()) {
          assertTrue(listed.put(actor.actor().value(), actor.version()) == null, "twice");
        }
        after = page.next();
      } while (after.isPresent());
      Map<String, Long> leftOut = new HashMap<>(expected);
      leftOut.keySet().removeAll(listed.keySet());
      assertEquals(Map.of(), leftOut, "left out");
      assertEquals(expected, listed);
      System.out.printf(
          "%d actors: first page %d ms, median page %d ms, slowest later %d ms, all %d ms%n",
          actors,
          tookMs.get(0),
          tookMs.stream().sorted().skip(tookMs.size() / 2).findFirst().orElseThrow(),
          tookMs.stream().skip(1).mapToLong(Long::longValue).max().orElse(0),
          tookMs.stream().mapToLong(Long::longValue).sum());
    }
  }

  private static void damage(Connection meddler, LogId log, String actor, int commits)
      throws Exception {
    String subject = SubjectCodec.subject(log, new ActorId(actor));
    for (int i = 1; i <= commits; i++) {
      var stored =
          meddler
              .jetStream()
              .publish(
                  subject,
                  new Headers()
                      .put(CommitHeader.NAME, "1 " + i + " " + i + " 1 a " + DIGEST + " ~ c"),
                  commit(actor));
    }
    var stored = meddler.jetStream().publish(subject, "garbage".getBytes(StandardCharsets.UTF_8));
  }
}
