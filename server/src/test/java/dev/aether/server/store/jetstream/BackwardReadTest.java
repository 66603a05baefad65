package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads an actor backwards whose newest commits are small and whose older ones are large. */
class BackwardReadTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int LARGE = 280;
  private static final int SMALL = 200;
  private static final int LARGE_BYTES = 100 * 1024;
  private static final int MAX_PAGE_BYTES = 4 << 20;

  /** The large commits alone fill 28 pages of 1 MiB. */
  private static final int MAX_PAGES = 100;

  private static TestNatsServer nats;

  private final Namespace namespace = new Namespace("backward-" + System.nanoTime());
  private final ActorId actor = new ActorId("a");
  private JetStreamStore store;

  @BeforeAll
  static void start() {
    nats = TestNatsServer.start();
  }

  @AfterAll
  static void stop() {
    nats.close();
  }

  @BeforeEach
  void fill() {
    store = open();
    for (int i = 1; i <= LARGE + SMALL; i++) {
      assertEquals(
          i, store.events().save(save(i, i <= LARGE ? LARGE_BYTES : 1)).join().lastVersion());
    }
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static JetStreamStore open() {
    return JetStreamStore.open(
        new JetStreamConfig(
            List.of(nats.url()), "backward-read", SOON, 1, true, Durability.Sync.UNKNOWN));
  }

  private Save save(int number, int bytes) {
    return new Save(
        namespace,
        actor,
        new CommitId("c" + number),
        new ExpectedVersion.Exactly(number - 1),
        List.of(
            NewEvent.newBuilder()
                .setEventId("e")
                .setEventType("happened")
                .setData(ByteString.copyFrom(new byte[bytes]))
                .build()),
        "tPY9GDwOgTZP73ZxyUVOZQ",
        false,
        new SaveOrder(),
        System.nanoTime() + SOON.toNanos());
  }

  private List<LogEntry> readBackwards() {
    ActorReader reader =
        store.events().read(new ActorRange(namespace, actor, 0, Long.MAX_VALUE, true));
    List<LogEntry> read = new ArrayList<>();
    int pages = 0;
    for (List<LogEntry> page = reader.next().join(); !page.isEmpty(); page = reader.next().join()) {
      long bytes = page.stream().mapToLong(BackwardReadTest::bytes).sum();
      assertTrue(bytes <= MAX_PAGE_BYTES, "a page has " + bytes + " bytes");
      read.addAll(page);
      pages++;
    }
    assertTrue(pages <= MAX_PAGES, pages + " pages");
    return read;
  }

  private static long bytes(LogEntry entry) {
    return entry instanceof LogEntry.StoredCommit stored ? stored.commit().size() : 0;
  }

  private static long version(LogEntry entry) {
    return assertInstanceOf(LogEntry.StoredCommit.class, entry).commit().firstVersion();
  }

  @Test
  void noPageIsMuchLargerThanItsLimitHoweverTheSizesOfCommitsDiffer() {
    List<Long> versions = readBackwards().stream().map(BackwardReadTest::version).toList();
    List<Long> all = new ArrayList<>(LongStream.rangeClosed(1, LARGE + SMALL).boxed().toList());
    Collections.reverse(all);
    assertEquals(all, versions);
  }

  @Test
  void neitherIsAPageOfAnActorWithDamage() throws Exception {
    long lost = LARGE - 10;
    try (Connection connection = Nats.connect(nats.url())) {
      String log =
          SubjectCodec.stream(store.namespaces().find(namespace).join().orElseThrow().firstLog());
      assertTrue(connection.jetStreamManagement().deleteMessage(log, lost, true));
    }
    store.close(); // A node that has just started knows no sequences.
    store = open();
    List<LogEntry> read = readBackwards();
    assertEquals(LARGE + SMALL, read.size());
    assertInstanceOf(LogEntry.Corrupt.class, read.get(LARGE + SMALL - (int) lost));
    assertEquals(1, version(read.get(LARGE + SMALL - 1)));
  }
}
