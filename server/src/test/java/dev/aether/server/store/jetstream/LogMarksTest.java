package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Distinguishes a commit from another one that a log stored at the same position. */
class LogMarksTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int COMMITS = 5;
  private static final int PAGE_BYTES = 1 << 20;

  private final Namespace namespace = new Namespace("marks");
  private TestNatsServer nats;
  private JetStreamStore store;
  private LogId log;

  @BeforeEach
  void open() {
    nats = TestNatsServer.start();
    store =
        JetStreamStore.open(
            new JetStreamConfig(
                List.of(nats.url()), "marks", SOON, 1, true, Durability.Sync.UNKNOWN));
    for (int i = 1; i <= COMMITS; i++) {
      store.events().save(save("c" + i)).join();
    }
    log = store.namespaces().find(namespace).join().orElseThrow().firstLog();
  }

  @AfterEach
  void close() {
    store.close();
    nats.close();
  }

  private Save save(String commitId) {
    return new Save(
        namespace,
        new ActorId("a"),
        new CommitId(commitId),
        new ExpectedVersion.Any(),
        List.of(NewEvent.newBuilder().setEventId("e").setEventType("happened").build()),
        "tPY9GDwOgTZP73ZxyUVOZQ",
        false,
        new SaveOrder(),
        System.nanoTime() + SOON.toNanos());
  }

  private List<Mark> read(Mark after, int maxBytes) {
    return store.log().read(log, after, COMMITS, maxBytes).join().entries().stream()
        .map(LogEntry::mark)
        .toList();
  }

  private Mark markAt(long position) {
    return store.log().mark(log, position).join();
  }

  private void delete(long sequence) throws Exception {
    try (Connection connection = Nats.connect(nats.url())) {
      assertTrue(
          connection.jetStreamManagement().deleteMessage(SubjectCodec.stream(log), sequence));
    }
  }

  private static Mark other(Mark mark) {
    return new Mark(mark.position(), mark.fingerprint() + 1);
  }

  @Test
  void aCommitHasTheSameMarkInEveryKindOfRead() {
    List<Mark> heard = new CopyOnWriteArrayList<>();
    try (CommitLog.Tail tail = store.log().tail(log, Mark.NONE, entry -> heard.add(entry.mark()))) {
      Await.until("all commits", SOON, () -> heard.size() == COMMITS);
    }
    assertEquals(heard, read(Mark.NONE, PAGE_BYTES));
    for (Mark mark : heard) {
      assertTrue(mark.isVerifiable());
      assertEquals(mark, markAt(mark.position()));
    }
    assertEquals(heard.get(COMMITS - 1), store.log().extent(log).join().head());
    assertEquals(COMMITS, heard.stream().map(Mark::fingerprint).distinct().count());
  }

  @Test
  void aPageAfterACommitThatWasReplacedIsRefused() {
    Mark second = markAt(2);
    assertEquals(3, read(second, PAGE_BYTES).size());
    Throwable refused =
        assertThrows(CompletionException.class, () -> read(other(second), PAGE_BYTES));
    assertEquals(Reason.CURSOR_UNKNOWN, JetStreamErrors.toStoreException(refused).reason());
    Throwable atTheEnd =
        assertThrows(CompletionException.class, () -> read(other(markAt(COMMITS)), PAGE_BYTES));
    assertEquals(Reason.CURSOR_UNKNOWN, JetStreamErrors.toStoreException(atTheEnd).reason());
  }

  @Test
  void aPageIsReadAlthoughTheCommitBeforeItFillsThePage() {
    Mark at = Mark.NONE;
    for (int i = 1; i <= COMMITS; i++) {
      List<Mark> next = read(at, 1);
      assertEquals(1, next.size());
      at = next.get(0);
      assertEquals(i, at.position());
    }
  }

  @Test
  void aDeletedCommitCannotBeComparedAndReadersContinueAfterIt() throws Exception {
    Mark second = markAt(2);
    Mark last = markAt(COMMITS);
    delete(2);
    delete(COMMITS);
    assertFalse(markAt(2).isVerifiable());
    assertFalse(markAt(COMMITS).isVerifiable());
    assertEquals(List.of(markAt(3), markAt(4)), read(second, PAGE_BYTES));
    assertEquals(List.of(), read(last, PAGE_BYTES));
    List<Mark> heard = new CopyOnWriteArrayList<>();
    try (CommitLog.Tail tail = store.log().tail(log, second, entry -> heard.add(entry.mark()))) {
      Await.until("the rest", SOON, () -> heard.size() == 2);
    }
  }

  @Test
  void aTailAfterACommitThatWasReplacedReportsALossAndDeliversNothing() {
    AtomicBoolean lost = new AtomicBoolean();
    List<LogEntry> heard = new CopyOnWriteArrayList<>();
    CommitLog.TailListener listener =
        new CommitLog.TailListener() {
          @Override
          public void onEntry(LogEntry entry) {
            heard.add(entry);
          }

          @Override
          public void onLost() {
            lost.set(true);
          }
        };
    try (CommitLog.Tail tail = store.log().tail(log, other(markAt(2)), listener)) {
      Await.until("it to say so", SOON, lost::get);
      assertEquals(List.of(), heard);
    }
  }
}
