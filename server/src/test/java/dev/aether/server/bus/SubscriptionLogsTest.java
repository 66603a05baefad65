package dev.aether.server.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.Cursor;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.memory.InMemoryStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SubscriptionLogsTest {
  private final InMemoryStore store = new InMemoryStore(true);
  private final SubscriptionLogs logs = new SubscriptionLogs(Cursor.BEGINNING);

  @AfterEach
  void end() {
    store.close();
  }

  private LogProgress add(int number, long head) {
    LogId log = new LogId(new Namespace("n" + number), "incarnation" + number, 0);
    LogFeed feed = new LogFeed(log, store.log(), new RingBudget(1), Mark.at(head));
    LogProgress progress = new LogProgress(feed, Mark.NONE, head, logs::ready);
    logs.add(progress);
    return progress;
  }

  @Test
  void onlyLogsWithNewRecordsAreVisitedAmongTenThousand() {
    for (int i = 0; i < 10_000; i++) {
      add(i, 0);
    }
    LogProgress busy = add(10_000, 0);
    busy.follower.run();
    assertSame(busy, logs.poll());
    assertNull(logs.poll());
  }

  @Test
  void aLogIsQueuedOnceHoweverManyNewRecordsItHas() {
    LogProgress busy = add(1, 0);
    LogProgress other = add(2, 0);
    busy.follower.run();
    busy.follower.run();
    other.follower.run();
    busy.follower.run();
    assertSame(busy, logs.poll());
    assertSame(other, logs.poll());
    assertNull(logs.poll());
  }

  @Test
  void recordsThatArriveWhileALogIsHandledQueueItAgain() {
    LogProgress busy = add(1, 0);
    busy.follower.run();
    assertSame(busy, logs.poll());
    busy.follower.run();
    assertSame(busy, logs.poll());
  }

  @Test
  void allLogsAreCaughtUpOnceTheLastOneIsAtItsHeadOrDeleted() {
    LogProgress slow = add(1, 7);
    LogProgress deleted = add(2, 7);
    slow.mark = Mark.at(6);
    logs.moved(slow);
    assertEquals(List.of(deleted), logs.remove("incarnation2"));
    assertFalse(logs.areCaughtUp());
    slow.mark = Mark.at(7);
    logs.moved(slow);
    assertTrue(logs.areCaughtUp());
  }
}
