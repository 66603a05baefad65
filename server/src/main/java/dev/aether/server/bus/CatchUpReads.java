package dev.aether.server.bus;

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
 * Pages from the store for the logs of a subscription that fell behind the rings of their feeds: a
 * few at once, however many logs there are; the others wait for their turn. Belongs to the
 * subscription's loop.
 */
final class CatchUpReads {
  /** Logs of which a page is read or held at once. */
  private static final int MAX_PAGES = 4;

  private final CommitLog log;
  private final PagePermits permits;
  private final IntSupplier pageBytes;
  private final Executor loop;
  private final Consumer<LogProgress> onNews;
  private final BiConsumer<LogProgress, Throwable> onFailure;

  /** Logs that have their {@link LogProgress.Reading} from here, each once. */
  private final Queue<LogProgress> waiting = new ArrayDeque<>();

  private final List<LogProgress> failed = new ArrayList<>();
  private int pages;
  private boolean closed;

  /**
   * @param places for pages on this node
   * @param pageBytes the size of a page that could be sent now; 0: none could
   * @param loop runs a task in the subscription's loop
   * @param onNews is told of a log in which a page came, or its position moved
   * @param onFailure is told of a log that could not be read
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

  /** Has the next page of a log come, unless it comes already or failed since the last tick. */
  void want(LogProgress source) {
    if (source.reading != LogProgress.Reading.IDLE) {
      return;
    }
    if (pages < MAX_PAGES) {
      begin(source);
    } else {
      source.reading = LogProgress.Reading.WAITS;
      waiting.add(source);
    }
  }

  private void begin(LogProgress source) {
    source.reading = LogProgress.Reading.UNDER_WAY;
    pages++;
    if (permits.acquire(() -> loop.execute(() -> read(source)))) {
      read(source);
    }
  }

  /** Has a place. The subscriber may have stopped taking frames while it waited for it. */
  private void read(LogProgress source) {
    int bytes = closed || source.deleted ? 0 : pageBytes.getAsInt();
    if (bytes == 0) {
      giveUp(source);
      return;
    }
    LogFeed feed = source.feed;
    Mark upTo = feed.to();
    page(source, upTo, bytes)
        .whenComplete(
            (page, thrown) -> loop.execute(() -> hasRead(source, feed, upTo, page, thrown)));
  }

  /** Leaves the place to another subscription. What is wanted here is asked for again later. */
  private void giveUp(LogProgress source) {
    pages--;
    permits.release();
    waiting.add(source);
    List<LogProgress> unread = List.copyOf(waiting);
    waiting.clear();
    for (LogProgress next : unread) {
      next.reading = LogProgress.Reading.IDLE;
      if (!closed && !next.deleted) {
        onNews.accept(next);
      }
    }
  }

  private CompletableFuture<CommitLog.Page> page(LogProgress source, Mark upTo, int bytes) {
    try {
      return log.read(source.log(), source.mark, upTo.position(), bytes);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void hasRead(
      LogProgress source,
      LogFeed feed,
      Mark upTo,
      CommitLog.Page page,
      @Nullable Throwable thrown) {
    source.reading = LogProgress.Reading.IDLE;
    if (feed.isLost()) {
      // It may have been read before the store lost it, or after.
      letNextBegin();
      onNews.accept(source);
      return;
    }
    if (thrown == null && !page.entries().isEmpty() && !source.deleted && !closed) {
      source.page = page.entries().stream().map(SharedCommit::new).toList();
      onNews.accept(source);
      return;
    }
    letNextBegin();
    if (source.deleted || closed) {
      return;
    }
    if (thrown == null) {
      source.pass(page.end() == upTo.position() ? upTo : Mark.at(page.end()));
      onNews.accept(source);
    } else {
      source.reading = LogProgress.Reading.FAILED;
      failed.add(source);
      onFailure.accept(source, thrown);
    }
  }

  /** Lets go of what the position of a log has passed. */
  void handled(LogProgress source) {
    keep(
        source,
        source.page.stream().dropWhile(record -> record.position() <= source.position()).toList());
  }

  /** Lets go of the page of a log that is gone. */
  void drop(LogProgress source) {
    keep(source, List.of());
  }

  private void keep(LogProgress source, List<SharedCommit> rest) {
    boolean held = !source.page.isEmpty();
    source.page = rest;
    if (held && rest.isEmpty()) {
      letNextBegin();
    }
  }

  /** A page is no longer held, and its place is another's. */
  private void letNextBegin() {
    pages--;
    permits.release();
    LogProgress next = waiting.poll();
    while (next != null && next.deleted) {
      next = waiting.poll();
    }
    if (next != null) {
      begin(next);
    }
  }

  /** What failed may be tried again. */
  void tick() {
    List<LogProgress> again = List.copyOf(failed);
    failed.clear();
    for (LogProgress source : again) {
      source.reading = LogProgress.Reading.IDLE;
      onNews.accept(source);
    }
  }

  /**
   * Lets go of all pages: they are read again when they are wanted.
   *
   * @param sources those that may have one
   */
  void dropAll(Collection<LogProgress> sources) {
    if (pages > 0) {
      sources.stream().filter(source -> !source.page.isEmpty()).forEach(this::letGo);
    }
  }

  private void letGo(LogProgress source) {
    drop(source);
    onNews.accept(source);
  }

  /** Begins no more reads, and holds no page. */
  void close(Collection<LogProgress> sources) {
    closed = true;
    waiting.clear();
    sources.forEach(this::drop);
  }
}
