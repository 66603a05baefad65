package dev.aether.server.bus;

import dev.aether.server.event.Cursor;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber: a loop over a cursor. As long as frames go out, it takes the next records after
 * its position in a log, from the feed's ring if that reaches back so far, else from the store; so
 * to catch up, to live and to be slow are the same. The loop runs on the bus's threads when
 * something happened, one run at a time: all fields without a comment belong to it.
 */
public final class Subscription implements AutoCloseable {
  private static final int FRAME_BYTES = 1024 * 1024;

  /** Logs of which a page is read or held at once, however many the pattern matches. */
  private static final int MAX_PAGES = 4;

  /**
   * So long a cursor's places in logs that were not met stay in it. A registry's leader that was
   * deposed knows of it by then, and what it did not know has been met.
   */
  private static final Duration UNMET_KEPT = Duration.ofSeconds(30);

  private final EventBus bus;
  private final Store store;
  private final Executor executor;
  private final SubscribeCommand command;
  private final SubscriptionSink sink;

  /**
   * Tasks for the loop, from any thread; bounded by what there is: a start, reads under way and new
   * namespaces.
   */
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /** Runs of the loop that were asked for and not yet made. Atomic. */
  private final AtomicInteger wanted = new AtomicInteger();

  private final Runnable wake = this::wake;
  private final Map<Cursor.LogKey, SubscriptionSource> sources = new HashMap<>();
  private final List<SubscriptionSource> turns = new ArrayList<>();
  private int turn;

  /** Sources whose page is being read, or was read and not handled yet. */
  private int pages;

  /**
   * The cursor's places in logs that this node did not meet: deleted ones, or such that a registry
   * that lags does not know yet.
   */
  private final Map<Cursor.LogKey, Long> unmet = new HashMap<>();

  private long startedAt;
  private Namespaces.@Nullable Watch watch;
  private boolean started;
  private boolean ended;
  private boolean caughtUp;
  private final SubscriptionPulse pulse;

  Subscription(
      EventBus bus,
      Store store,
      Executor executor,
      SubscribeCommand command,
      SubscriptionSink sink) {
    this.bus = bus;
    this.store = store;
    this.executor = executor;
    this.command = command;
    this.sink = sink;
    this.pulse = new SubscriptionPulse(store);
    if (command.start() instanceof SubscribeCommand.Start.After after) {
      unmet.putAll(after.cursor().positions());
    }
  }

  void start() {
    new SubscriptionStart(store, command)
        .locate()
        .whenComplete(
            (places, thrown) ->
                run(
                    () -> {
                      if (thrown != null) {
                        end(SubscriptionStart.why(thrown));
                      } else {
                        begin(places);
                      }
                    }));
  }

  /** Says that frames may go out again, or that there is something new. From any thread. */
  public void wake() {
    if (wanted.getAndIncrement() == 0) {
      executor.execute(this::loop);
    }
  }

  void tick() {
    run(this::keepAlive);
  }

  private void run(Runnable task) {
    tasks.add(task);
    wake();
  }

  private void loop() {
    int seen;
    do {
      seen = wanted.get();
      try {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
        pump();
      } catch (RuntimeException e) {
        end(SubscriptionStart.why(e));
      }
    } while (!wanted.compareAndSet(seen, 0));
  }

  private void begin(List<SubscriptionStart.Place> places) {
    if (ended) {
      return;
    }
    places.forEach(place -> add(place.log(), place.position(), place.head()));
    started = true;
    startedAt = System.nanoTime();
    sink.started(outgoingCursor());
    List<Namespaces.Info> met =
        places.stream().map(SubscriptionStart.Place::namespace).distinct().toList();
    watch = store.namespaces().watch(met, new Watcher());
  }

  /** Brings what becomes of matching namespaces into the loop. */
  private final class Watcher implements Namespaces.Watcher {
    private boolean matches(Namespace namespace) {
      return command.namespaces().matches(namespace.name());
    }

    @Override
    public void onNamespace(Namespaces.Info info) {
      if (matches(info.namespace())) {
        run(() -> discovered(info));
      }
    }

    @Override
    public void onDeleted(Namespace namespace, String incarnation) {
      if (matches(namespace)) {
        run(() -> deleted(namespace, incarnation));
      }
    }

    @Override
    public void onUnreadable(Namespace namespace, StoreException why) {
      if (matches(namespace)) {
        fail(why);
      }
    }
  }

  /** A namespace made later is read from its first commit, or from where the cursor says. */
  private void discovered(Namespaces.Info info) {
    if (!ended) {
      info.logs().forEach(log -> add(log, SubscriptionStart.positionIn(command, log), 0));
    }
  }

  private void add(LogId log, long position, long head) {
    Cursor.LogKey key = Cursor.LogKey.of(log);
    if (sources.containsKey(key)) {
      return;
    }
    LogFeed feed = bus.acquire(log, head);
    SubscriptionSource source = new SubscriptionSource(feed, position, head);
    sources.put(key, source);
    unmet.remove(key);
    turns.add(source);
    feed.follow(wake);
  }

  /** What was not sent yet is gone with the logs. A new making is discovered as any other. */
  private void deleted(Namespace namespace, String incarnation) {
    if (ended) {
      return;
    }
    List<SubscriptionSource> gone =
        turns.stream().filter(source -> source.log().incarnation().equals(incarnation)).toList();
    if (gone.isEmpty()) {
      return;
    }
    for (SubscriptionSource source : gone) {
      source.deleted = true;
      if (!source.page.isEmpty()) {
        pages--;
      }
      sources.remove(Cursor.LogKey.of(source.log()));
      source.feed.unfollow(wake);
      bus.discard(source.feed);
    }
    turns.removeAll(gone);
    sink.namespaceDeleted(namespace.name());
    pulse.sentWithoutCursor();
  }

  private void pump() {
    while (started && !ended && sink.isReady()) {
      if (!caughtUp && turns.stream().allMatch(SubscriptionSource::isCaughtUp)) {
        caughtUp = true;
        sink.caughtUp(outgoingCursor());
      }
      if (!advanceOne()) {
        return;
      }
    }
  }

  /** Handles the next records of the next log that has some. False if none has. */
  private boolean advanceOne() {
    for (int i = 0; !ended && i < turns.size(); i++) {
      SubscriptionSource source = turns.get((turn + i) % turns.size());
      List<SharedCommit> next = next(source);
      if (!next.isEmpty()) {
        turn = (turn + i + 1) % turns.size();
        handle(source, next);
        return true;
      }
    }
    return false;
  }

  private List<SharedCommit> next(SubscriptionSource source) {
    if (!source.page.isEmpty()) {
      List<SharedCommit> page = source.page;
      source.page = List.of();
      pages--;
      return page;
    }
    if (source.feed.hasGoneBack()) {
      end(new StoreException.CursorUnknown("the store has lost commits that were delivered"));
      return List.of();
    }
    if (source.reading || source.position >= source.feed.to()) {
      return List.of();
    }
    Optional<List<SharedCommit>> ring = source.feed.after(source.position, FRAME_BYTES);
    if (ring.isEmpty()) {
      if (!source.readFailed && pages < MAX_PAGES) {
        read(source);
      }
      return List.of();
    }
    return ring.get();
  }

  private void read(SubscriptionSource source) {
    source.reading = true;
    pages++;
    store
        .log()
        .read(source.log(), source.position, source.feed.to(), FRAME_BYTES)
        .whenComplete((page, thrown) -> run(() -> hasRead(source, page, thrown)));
  }

  private void hasRead(SubscriptionSource source, CommitLog.Page page, @Nullable Throwable thrown) {
    source.reading = false;
    if (source.deleted) {
      pages--;
      return;
    }
    if (thrown == null) {
      source.page = page.entries().stream().map(SharedCommit::new).toList();
      if (source.page.isEmpty()) {
        pages--;
        source.position = Math.max(source.position, page.end());
      }
      return;
    }
    pages--;
    // What passes is read again at the next tick; a store that stays away ends the subscription
    // there.
    source.readFailed = true;
    if (SubscriptionStart.isGone(thrown)) {
      deleted(source.log().namespace(), source.log().incarnation());
    } else if (!SubscriptionStart.isPassing(thrown)) {
      end(SubscriptionStart.why(thrown));
    }
  }

  private void handle(SubscriptionSource source, List<SharedCommit> records) {
    List<SharedCommit> frame = new ArrayList<>();
    int bytes = 0;
    for (SharedCommit record : records) {
      if (record.entry() instanceof LogEntry.Corrupt corrupt) {
        send(source, frame);
        frame = new ArrayList<>();
        bytes = 0;
        if (!command.reportCorrupt()) {
          end(
              new StoreException.CorruptRecord(
                  corrupt.actorId(), corrupt.partition(), corrupt.position(), corrupt.why()));
          return;
        }
        source.position = record.position();
        sink.corrupt(corrupt, outgoingCursor());
      } else if (record.entry() instanceof LogEntry.StoredCommit stored) {
        if (command.filter().passes(stored.actor(), stored.commit())) {
          if (!source.inCursor && !isCursorSmall()) {
            sink.cursor(outgoingCursor());
          }
          if (bytes + record.bytes() > FRAME_BYTES) {
            send(source, frame);
            frame = new ArrayList<>();
            bytes = 0;
          }
          frame.add(record);
          bytes += record.bytes();
        }
        source.position = record.position();
      }
    }
    send(source, frame);
  }

  private void send(SubscriptionSource source, List<SharedCommit> frame) {
    if (frame.isEmpty()) {
      return;
    }
    String namespace = source.log().namespace().name();
    if (isCursorSmall()) {
      sink.commits(namespace, frame, Optional.of(outgoingCursor()));
      return;
    }
    sink.commits(namespace, frame, Optional.empty());
    if (pulse.isCursorDue()) {
      sink.cursor(outgoingCursor());
    } else {
      pulse.sentWithoutCursor();
    }
  }

  private boolean isCursorSmall() {
    return sources.size() + unmet.size() <= Cursor.SMALL_LOGS;
  }

  private void keepAlive() {
    if (!started || ended) {
      return;
    }
    turns.forEach(source -> source.readFailed = false);
    if (System.nanoTime() - startedAt > UNMET_KEPT.toNanos()) {
      unmet.clear();
    }
    Duration silence = pulse.silence(turns);
    if (SubscriptionPulse.isLost(silence)) {
      end(
          new StoreException.StoreUnavailable(
              "JetStream was not heard for " + silence.toSeconds() + " s"));
    } else if (sink.isReady() && pulse.isCursorOwed()) {
      sink.cursor(outgoingCursor());
    } else if (sink.isReady() && pulse.isHeartbeatDue(silence)) {
      sink.heartbeat(outgoingCursor());
    }
  }

  /** The cursor for a frame that goes out now. */
  private Cursor outgoingCursor() {
    turns.forEach(source -> source.inCursor = true);
    pulse.sentCursor();
    return cursor();
  }

  private Cursor cursor() {
    Map<Cursor.LogKey, Long> positions = new HashMap<>(unmet);
    sources.forEach((key, source) -> positions.put(key, source.position));
    return new Cursor(positions);
  }

  void fail(StoreException why) {
    run(() -> end(why));
  }

  private void end(StoreException why) {
    if (!ended) {
      release();
      sink.failed(why);
    }
  }

  /** Ends it from the subscriber's side: nothing comes any more. From any thread. */
  @Override
  public void close() {
    run(this::release);
  }

  private void release() {
    if (ended) {
      return;
    }
    ended = true;
    Namespaces.Watch registered = watch;
    if (registered != null) {
      registered.close();
    }
    for (SubscriptionSource source : turns) {
      source.feed.unfollow(wake);
      bus.release(source.feed);
    }
    bus.ended(this);
  }
}
