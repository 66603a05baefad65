package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.api.StreamConfiguration;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Reads, and the recognition of duplicates, while the replica that responds to direct gets does not
 * have the latest commits. The stream is real; only the replica is simulated.
 */
class LaggingFollowerTest {
  private static final ActorId ACTOR = new ActorId("a");
  private static final Namespace NAMESPACE = new Namespace("lagging");
  private static final LogId LOG = new LogId(NAMESPACE, "abcdefghij", 0);
  private static final String DIGEST = "tPY9GDwOgTZP73ZxyUVOZQ";
  private static final int COMMITS = 300;

  private final TestNatsServer nats = TestNatsServer.start();
  private JetStreamStore writer;
  private JetStreamStore reader;
  private Connection connection;
  private LaggingFollower follower;

  /** A namespace whose record claims three replicas. */
  @BeforeEach
  void start() throws Exception {
    writer = open();
    connection = Nats.connect(nats.url());
    connection
        .jetStreamManagement()
        .addStream(
            StreamConfiguration.builder()
                .name(SubjectCodec.stream(LOG))
                .subjects(SubjectCodec.prefix(LOG) + ">")
                .allowDirect(false)
                .build());
    String record =
        """
        {"format":1,"namespace":"%s","incarnation":"%s","state":"NAMESPACE_STATE_ACTIVE",
         "replicas":3,"partitions":1}
        """
            .formatted(NAMESPACE.name(), LOG.incarnation());
    connection
        .jetStream()
        .publish(
            StreamConfigs.NAMESPACE_SUBJECTS + NAMESPACE.name(),
            record.getBytes(StandardCharsets.UTF_8));
    follower = new LaggingFollower(connection, nats.port(), SubjectCodec.stream(LOG), 0);
    reader = open();
  }

  private JetStreamStore open() {
    return JetStreamStore.open(
        new JetStreamConfig(
            List.of(nats.url()), "node", Duration.ofSeconds(10), 1, true, Durability.Sync.UNKNOWN));
  }

  @AfterEach
  void end() throws Exception {
    follower.close();
    connection.close();
    reader.close();
    writer.close();
    nats.close();
  }

  private static Save save(String commitId, ExpectedVersion expected, boolean retry) {
    NewEvent event = NewEvent.newBuilder().setEventId("e").setEventType("happened").build();
    return new Save(
        NAMESPACE,
        ACTOR,
        new CommitId(commitId),
        expected,
        List.of(event),
        DIGEST,
        retry,
        new SaveOrder(),
        System.nanoTime() + Duration.ofSeconds(10).toNanos());
  }

  private Saved append(JetStreamStore node, String commitId, boolean retry) {
    return node.events().save(save(commitId, new ExpectedVersion.Any(), retry)).join();
  }

  private void writeTo(long version) {
    long from = writer.events().versions(NAMESPACE, ACTOR).join().latest();
    for (long i = from + 1; i <= version; i++) {
      assertEquals(i, append(writer, "c" + i, false).lastVersion());
    }
  }

  private List<Long> read(long from, long to, boolean backwards) {
    ActorReader pages = reader.events().read(new ActorRange(NAMESPACE, ACTOR, from, to, backwards));
    List<Long> versions = new ArrayList<>();
    for (List<LogEntry> page = pages.next().join(); !page.isEmpty(); page = pages.next().join()) {
      for (LogEntry entry : page) {
        versions.add(((LogEntry.StoredCommit) entry).commit().lastVersion());
      }
    }
    return versions;
  }

  @Test
  void everyReadSeesAcknowledgedCommitsHoweverFarTheFollowerLags() {
    for (long version : new long[] {1, 2, 20, COMMITS}) {
      writeTo(version);
      for (long known : new long[] {0, 1, version / 2, version - 1}) {
        follower.knows(known);
        assertEquals(version, reader.events().versions(NAMESPACE, ACTOR).join().latest());
        List<Long> all = read(0, Long.MAX_VALUE, false);
        assertEquals(version, all.size(), "known " + known);
        assertEquals(version, all.get(all.size() - 1));
        List<Long> backwards = read(0, Long.MAX_VALUE, true);
        assertEquals(version, backwards.size());
        assertEquals(version, backwards.get(0));
        assertEquals(List.of(version), read(version, version, false));
      }
    }
    assertTrue(follower.answers() > 0, "the follower received no request");
  }

  @Test
  void aLogIsReadToItsEndHoweverFarTheFollowerLags() {
    writeTo(50);
    follower.knows(20);
    long head = reader.log().head(LOG).join();
    long position = 0;
    int found = 0;
    while (position < head) {
      CommitLog.Page page = reader.log().read(LOG, Mark.at(position), head, 1 << 20).join();
      found += page.entries().size();
      position = page.end();
    }
    assertEquals(50, found);
  }

  @Test
  void duplicatesAndLateSavesAreRecognisedHoweverFarTheFollowerLags() {
    writeTo(40);
    for (long known : new long[] {0, 10, 39}) {
      follower.knows(known);
      for (long version : new long[] {1, 11, 39, 40}) {
        Saved again = append(reader, "c" + version, true);
        assertTrue(again.replayed());
        assertEquals(version, again.lastVersion());
      }
      Throwable late =
          assertThrows(
              CompletionException.class,
              () ->
                  reader
                      .events()
                      .save(save("late", new ExpectedVersion.Exactly(39), false))
                      .join());
      var conflict = (StoreException.VersionConflict) Exceptions.unwrap(late);
      assertEquals(40, conflict.currentVersion());
    }
    assertEquals(40, writer.events().versions(NAMESPACE, ACTOR).join().latest());
  }
}
