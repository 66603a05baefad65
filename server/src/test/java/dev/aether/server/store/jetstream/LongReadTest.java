package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A long part of a log is read with a consumer, and nobody notices except by the speed. */
class LongReadTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int COMMITS = 6_000;
  private static final int PAGE_BYTES = 1 << 20;

  private static TestNatsServer nats;
  private static Connection connection;
  private static JetStreamManagement management;

  private final Namespace namespace = new Namespace("long-" + System.nanoTime());
  private JetStreamStore store;
  private LogId log;

  @BeforeAll
  static void start() throws Exception {
    nats = TestNatsServer.start();
    connection = Nats.connect(nats.url());
    management = connection.jetStreamManagement();
  }

  @AfterAll
  static void stop() throws Exception {
    connection.close();
    nats.close();
  }

  @BeforeEach
  void fill() {
    store =
        JetStreamStore.open(
            new JetStreamConfig(
                List.of(nats.url()), "long-read", SOON, 1, true, Durability.Sync.UNKNOWN));
    CompletableFuture<?>[] saves = new CompletableFuture<?>[COMMITS];
    for (int i = 0; i < COMMITS; i++) {
      saves[i] = store.events().save(save(i));
      if (i % 500 == 0) {
        CompletableFuture.allOf(saves[i], saves[i / 2]).join();
      }
    }
    CompletableFuture.allOf(saves).join();
    log = store.namespaces().find(namespace).join().orElseThrow().firstLog();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Save save(int number) {
    return new Save(
        namespace,
        new ActorId("a" + number % 100),
        new CommitId("c" + number),
        new ExpectedVersion.Any(),
        List.of(NewEvent.newBuilder().setEventId("e").setEventType("happened").build()),
        "tPY9GDwOgTZP73ZxyUVOZQ",
        false,
        new SaveOrder(),
        System.nanoTime() + SOON.toNanos());
  }

  private static List<Long> positions(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  private List<String> consumers() {
    try {
      return management.getConsumerNames(SubjectCodec.stream(log));
    } catch (IOException | JetStreamApiException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Something to do after a page in the middle of a read. */
  private interface Step {
    void run() throws Exception;
  }

  /** Reads all pages up to a position; runs the step after each page in the middle. */
  private List<LogEntry> read(long upTo, int maxBytes, Step inTheMiddle) throws Exception {
    List<LogEntry> read = new ArrayList<>();
    Mark after = Mark.NONE;
    while (after.position() < upTo) {
      CommitLog.Page page = store.log().read(log, after, upTo, maxBytes).join();
      read.addAll(page.entries());
      after = page.entries().get(page.entries().size() - 1).mark();
      assertEquals(page.end(), after.position());
      if (after.position() >= 2_000 && after.position() <= COMMITS - 1_000) {
        inTheMiddle.run();
      }
    }
    return read;
  }

  private static List<Long> positions(List<LogEntry> entries) {
    return entries.stream().map(LogEntry::position).toList();
  }

  @Test
  void aLongReadUsesOneConsumerAndFindsEveryCommitOnce() throws Exception {
    Set<String> during = new HashSet<>();
    List<LogEntry> read = read(COMMITS, PAGE_BYTES, () -> during.addAll(consumers()));
    assertEquals(positions(1, COMMITS), positions(read));
    assertTrue(read.stream().allMatch(LogEntry.StoredCommit.class::isInstance));
    assertEquals(1, during.size(), "consumers during the read");
    Await.until("the end of the consumer", SOON, () -> consumers().isEmpty());
  }

  @Test
  void aReaderWithLittleRoomGetsSmallPagesAndStopsWhereItWants() throws Exception {
    List<LogEntry> read = read(COMMITS - 1_234, 3_000, () -> {});
    assertEquals(positions(1, COMMITS - 1_234), positions(read));
  }

  @Test
  void aReadGoesOnAfterItsConsumerWasDeleted() throws Exception {
    Step deletion =
        () -> {
          for (String name : consumers()) {
            management.deleteConsumer(SubjectCodec.stream(log), name);
          }
        };
    assertEquals(positions(1, COMMITS), positions(read(COMMITS, PAGE_BYTES, deletion)));
  }

  @Test
  void aRecordThatIsMissingInTheMiddleIsReported() throws Exception {
    assertTrue(management.deleteMessage(SubjectCodec.stream(log), 4_500));
    List<LogEntry> read = read(COMMITS, PAGE_BYTES, () -> {});
    assertEquals(positions(1, COMMITS), positions(read));
    for (LogEntry entry : read) {
      assertEquals(entry.position() == 4_500, entry instanceof LogEntry.Corrupt, entry::toString);
    }
  }

  @Test
  void aRecordThatCannotBeDecodedIsReportedInItsPlace() throws Exception {
    connection.jetStream().publish(SubjectCodec.prefix(log) + "other", new byte[] {1, 2, 3});
    store.events().save(save(COMMITS)).join();
    List<LogEntry> read = read(COMMITS + 2, PAGE_BYTES, () -> {});
    assertEquals(positions(1, COMMITS + 2), positions(read));
    for (LogEntry entry : read) {
      boolean damaged = entry.position() == COMMITS + 1;
      assertEquals(damaged, entry instanceof LogEntry.Corrupt, entry::toString);
    }
  }

  @Test
  void twoReadersOfTheSamePartDoNotDisturbEachOther() throws Exception {
    Mark one = Mark.NONE;
    Mark other = Mark.NONE;
    List<Long> ofOne = new ArrayList<>();
    List<Long> ofOther = new ArrayList<>();
    while (one.position() < COMMITS || other.position() < COMMITS) {
      CompletableFuture<CommitLog.Page> pageOfOne = store.log().read(log, one, COMMITS, PAGE_BYTES);
      CommitLog.Page pageOfOther = store.log().read(log, other, COMMITS, PAGE_BYTES / 2).join();
      ofOne.addAll(positions(pageOfOne.join().entries()));
      ofOther.addAll(positions(pageOfOther.entries()));
      one = end(pageOfOne.join(), one);
      other = end(pageOfOther, other);
    }
    assertEquals(positions(1, COMMITS), ofOne);
    assertEquals(positions(1, COMMITS), ofOther);
  }

  private static Mark end(CommitLog.Page page, Mark before) {
    List<LogEntry> entries = page.entries();
    return entries.isEmpty() ? before : entries.get(entries.size() - 1).mark();
  }
}
