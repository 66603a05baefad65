package dev.aether.server.bus;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.event.Mark;
import dev.aether.server.store.CommitLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads pages from the store for logs of a subscription whose position is no longer in the ring of
 * their feed. A few logs are read at a time, the others wait for their turn. Used only on the
 * subscription's loop.
 */
final class CatchUpReads {
  /** The most logs for which a page is read or held. */
  private static final int MAX_PAGES = 4;

  private final CommitLog log;
  private final PagePermits permits;
  private final IntSupplier pageBytes;
  private final Executor loop;
  private final Consumer<LogProgress> onNews;
  private final BiConsumer<LogProgress, Throwable> onFailure;

  /** Logs in state {@link LogProgress.Reading#WAITING}, each once. */
  private final Queue<LogProgress> waiting = new ArrayDeque<>();

  private final List<LogProgress> failed = new ArrayList<>();
  private int pages;
  private boolean closed;

  /**
   * @param permits for pages of all subscriptions of this node
   * @param pageBytes the size of a page that could be sent now; 0 if none could
   * @param loop runs a task on the subscription's loop
   * @param onNews receives a log that has a page, or whose position has moved
   * @param onFailure receives a log that could not be read
   */
  CatchUpReads(
      CommitLog log,
      PagePermits permits,
      IntSupplier pageBytes,
      Executor loop,
      Consumer<LogProgress> onNews,
      BiConsumer<LogProgress, Throwable> onFailure) {
    this.log = log;
    this.permits = permits;
    this.pageBytes = pageBytes;
    this.loop = loop;
    this.onNews = onNews;
    this.onFailure = onFailure;
  }

  /** Requests a log's next page, unless it is already requested or failed after the last tick. */
  void request(LogProgress wanted) {
    if (wanted.reading != LogProgress.Reading.IDLE) {
      return;
    }
    if (pages < MAX_PAGES) {
      start(wanted);
    } else {
      wanted.reading = LogProgress.Reading.WAITING;
      waiting.add(wanted);
    }
  }

  private void start(LogProgress wanted) {
    wanted.reading = LogProgress.Reading.IN_PROGRESS;
    pages++;
    if (permits.acquire(() -> loop.execute(() -> read(wanted)))) {
      read(wanted);
    }
  }

  /** Called with a permit. The subscriber may have stopped reading while it waited for that. */
  private void read(LogProgress wanted) {
    int bytes = closed || wanted.deleted ? 0 : pageBytes.getAsInt();
    if (bytes == 0) {
      giveUp(wanted);
      return;
    }
    LogFeed feed = wanted.feed;
    Mark upTo = feed.to();
    page(wanted, upTo, bytes)
        .whenComplete(
            (page, thrown) -> loop.execute(() -> received(wanted, feed, upTo, page, thrown)));
  }

  /** Leaves the permit to another subscription. The pages are requested again later. */
  private void giveUp(LogProgress wanted) {
    pages--;
    permits.release();
    waiting.add(wanted);
    List<LogProgress> unread = List.copyOf(waiting);
    waiting.clear();
    for (LogProgress next : unread) {
      next.reading = LogProgress.Reading.IDLE;
      if (!closed && !next.deleted) {
        onNews.accept(next);
      }
    }
  }

  private CompletableFuture<CommitLog.Page> page(LogProgress wanted, Mark upTo, int bytes) {
    return CatchAll.begin(() -> log.read(wanted.id(), wanted.mark, upTo.position(), bytes));
  }

  private void received(
      LogProgress wanted,
      LogFeed feed,
      Mark upTo,
      CommitLog.Page page,
      @Nullable Throwable thrown) {
    wanted.reading = LogProgress.Reading.IDLE;
    if (feed.isLost()) {
      // The page may be from before the loss.
      startNext();
      onNews.accept(wanted);
      return;
    }
    if (thrown == null && !page.entries().isEmpty() && !wanted.deleted && !closed) {
      wanted.page = page.entries().stream().map(SharedCommit::new).toList();
      onNews.accept(wanted);
      return;
    }
    startNext();
    if (wanted.deleted || closed) {
      return;
    }
    if (thrown == null) {
      wanted.advanceTo(page.end() == upTo.position() ? upTo : Mark.at(page.end()));
      onNews.accept(wanted);
    } else {
      wanted.reading = LogProgress.Reading.FAILED;
      failed.add(wanted);
      onFailure.accept(wanted, thrown);
    }
  }

  /** Drops the records of a log's page that its position has passed. */
  void handled(LogProgress read) {
    keep(
        read,
        read.page.stream().dropWhile(record -> record.position() <= read.position()).toList());
  }

  /** Drops a log's page. */
  void drop(LogProgress read) {
    keep(read, List.of());
  }

  private void keep(LogProgress read, List<SharedCommit> rest) {
    boolean held = !read.page.isEmpty();
    read.page = rest;
    if (held && rest.isEmpty()) {
      startNext();
    }
  }

  /** A page is no longer held: another log may be read. */
  private void startNext() {
    pages--;
    permits.release();
    LogProgress next = waiting.poll();
    while (next != null && next.deleted) {
      next = waiting.poll();
    }
    if (next != null) {
      start(next);
    }
  }

  /** Allows another read of the logs whose last read failed. */
  void tick() {
    List<LogProgress> again = List.copyOf(failed);
    failed.clear();
    for (LogProgress next : again) {
      next.reading = LogProgress.Reading.IDLE;
      onNews.accept(next);
    }
  }

  /** Drops the pages of all logs; they are read again when they are needed. */
  void dropAll(Collection<LogProgress> logs) {
    if (pages > 0) {
      logs.stream()
          .filter(held -> !held.page.isEmpty())
          .forEach(
              held -> {
                drop(held);
                onNews.accept(held);
              });
    }
  }

  /** Drops the pages of all logs and starts no more reads. */
  void close(Collection<LogProgress> logs) {
    closed = true;
    waiting.clear();
    logs.forEach(this::drop);
  }
}
