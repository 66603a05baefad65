package dev.aether.server.bus;

import dev.aether.server.concurrent.SerialLoop;
import dev.aether.server.event.Cursor;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One subscription: a loop that sends the records after a cursor as long as the subscriber takes
 * frames. It reads a log's next records from the feed's ring, or from the store if they are no
 * longer in the ring, so catching up, following live and being slow are the same code. The loop
 * runs on the bus's threads when something has happened, and never on two threads at once: fields
 * without a comment are used only on the loop. The class is longer than others because everything
 * that can happen to a subscription meets in its loop.
 */
public final class SubscriptionLoop implements AutoCloseable {
  private static final int TICKS_UNTIL_PARKED = 2;
  private static final int TICKS_PARKED = 10;

  /** The size of frame that must be possible before a page is read for it. */
  private static final int PAGE_ROOM = 64 * 1024;

  /**
   * How long the cursor keeps the start cursor's positions in logs that were not found. By then, a
   * deposed leader of the registry has noticed, and logs that it did not know have been found.
   */
  private static final Duration KEEP_NOT_FOUND = Duration.ofSeconds(30);

  private final EventBus bus;
  private final Store store;
  private final SubscribeCommand command;
  private final SubscriptionSink sink;
  private final SerialLoop loop;
  private final SubscriptionLogs logs;
  private final HeartbeatPolicy heartbeats;
  private final FrameSender frames;
  private final CatchUpReads reads;
  private final LossCheck lossCheck;

  /** Thread-safe. */
  private final BroadcastQueue broadcasts = new BroadcastQueue();

  private final long openedAt = System.nanoTime();
  private long startedAt;
  private Namespaces.@Nullable Watch watch;
  private boolean started;
  private boolean ended;
  private volatile boolean caughtUp;

  /** Commits that it has still to receive. Written on the loop. */
  private volatile long behind;

  private boolean broadcastsTurn;

  /** The next commit is larger than the sink's room. Written on the loop. */
  private volatile boolean waitsForRoom;

  /** How far it was behind at the last tick. Written on the loop, never changed. */
  private volatile Map<String, Long> lag = Map.of();

  /** It follows no feed because the subscriber takes no frames. */
  private boolean parked;

  /** The number of ticks in a row at which the subscriber took no frames. Set by the ticker. */
  private volatile int ticksBlocked;

  SubscriptionLoop(
      EventBus bus,
      Store store,
      Executor executor,
      SubscribeCommand command,
      SubscriptionSink sink) {
    this.bus = bus;
    this.store = store;
    this.command = command;
    this.sink = sink;
    loop = new SerialLoop(executor, this::advance, this::end);
    heartbeats = new HeartbeatPolicy(store);
    lossCheck = new LossCheck(store.log());
    logs =
        new SubscriptionLogs(
            command.start() instanceof SubscribeCommand.Start.After after
                ? after.cursor()
                : Cursor.BEGINNING);
    frames = new FrameSender(command, sink, logs, heartbeats);
    reads =
        new CatchUpReads(
            store.log(), bus.pages(), this::pageBytes, loop, this::advanced, this::readFailed);
  }

  void start() {
    new StartPositions(store, command, bus.feeds()::find)
        .locate()
        .whenComplete(
            (starts, thrown) ->
                loop.execute(
                    () -> {
                      if (thrown != null) {
                        end(thrown);
                      } else {
                        begin(starts);
                      }
                    }));
  }

  /** Call it, on any thread, when the sink may have become ready. */
  public void wake() {
    loop.wake();
  }

  /** A blocked subscriber wakes the loop itself when it takes frames again. */
  private void wakeIfReady() {
    if (!isBlocked()) {
      loop.wake();
    }
  }

  /** Whether the subscriber takes no frames at the moment. */
  private boolean isBlocked() {
    return waitsForRoom || !sink.isReady();
  }

  /** How many commits it was behind at the last tick, by namespace. Thread-safe. */
  Map<String, Long> lag() {
    return lag;
  }

  boolean includesBroadcasts() {
    return command.broadcasts();
  }

  /** Offers a broadcast. Thread-safe. Returns false if it is wanted but had to be dropped. */
  boolean offer(SharedBroadcast broadcast) {
    if (!command.wants(broadcast.message())) {
      return true;
    }
    boolean taken = broadcasts.offer(broadcast);
    if (taken) {
      wakeIfReady();
    }
    return taken;
  }

  /**
   * Called by the bus's ticker. A subscription that is blocked for long is checked less often and
   * follows no feeds: thousands of them would take the time that others need.
   */
  void tick() {
    ticksBlocked = isBlocked() ? ticksBlocked + 1 : 0;
    if (ticksBlocked == TICKS_UNTIL_PARKED) {
      loop.execute(this::park);
    }
    if (ticksBlocked < TICKS_UNTIL_PARKED || sink.isReady() || ticksBlocked % TICKS_PARKED == 0) {
      loop.execute(this::keepAlive);
    }
  }

  private void park() {
    if (isBlocked() && !ended) {
      parked = true;
      logs.all().forEach(LogProgress::unfollow);
    }
  }

  private void unparkIfReady() {
    if (parked && !isBlocked() && !ended) {
      parked = false;
      logs.all().forEach(this::follow);
    }
  }

  private void begin(List<StartPositions.LogStart> starts) {
    if (ended) {
      return;
    }
    starts.forEach(start -> add(start.log(), start.mark(), start.head()));
    started = true;
    startedAt = System.nanoTime();
    frames.started();
    List<Namespaces.Info> found =
        starts.stream().map(StartPositions.LogStart::namespace).distinct().toList();
    watch = store.namespaces().watch(found, new Watcher());
  }

  /** Passes changes of matching namespaces to the loop. */
  private final class Watcher implements Namespaces.Watcher {
    private boolean matches(Namespace namespace) {
      return command.namespaces().matches(namespace.name());
    }

    @Override
    public void onNamespace(Namespaces.Info info) {
      if (matches(info.namespace())) {
        loop.execute(() -> discovered(info));
      }
    }

    @Override
    public void onDeleted(Namespace namespace, String incarnation) {
      if (matches(namespace)) {
        loop.execute(() -> deleted(namespace, incarnation));
      }
    }

    @Override
    public void onUnreadable(Namespace namespace, StoreException why) {
      if (matches(namespace)) {
        fail(why);
      }
    }
  }

  /** Reads a new namespace from its first commit, or from its position in the start cursor. */
  private void discovered(Namespaces.Info info) {
    if (!ended) {
      info.logs().forEach(log -> add(log, StartPositions.markIn(command, log), Mark.NONE));
    }
  }

  private void add(LogId id, Mark mark, Mark head) {
    if (logs.has(id)) {
      return;
    }
    LogFeed feed = bus.feeds().acquire(id, head);
    LogProgress log = new LogProgress(feed, mark, head.position(), this::hasNews);
    logs.add(log);
    follow(log);
  }

  private void follow(LogProgress log) {
    log.follow();
    // For records that the feed received before.
    logs.ready(log);
  }

  /** Called on any thread. */
  private void hasNews(LogProgress log) {
    logs.ready(log);
    wakeIfReady();
  }

  /** Drops what was not sent yet. A new incarnation is discovered like any new namespace. */
  private void deleted(Namespace namespace, String incarnation) {
    if (ended) {
      return;
    }
    List<LogProgress> gone = logs.remove(incarnation);
    for (LogProgress log : gone) {
      log.deleted = true;
      reads.drop(log);
      log.unfollow();
      bus.feeds().discard(log.feed);
    }
    if (!gone.isEmpty()) {
      frames.namespaceDeleted(namespace);
    }
  }

  /** Sends frames while the sink is ready, so that at most one waits for a slow subscriber. */
  private void advance() {
    unparkIfReady();
    boolean more = true;
    while (more && started && !ended && !isBlocked()) {
      more = sendNext();
    }
    if (isBlocked() && bus.pages().hasWaiters()) {
      reads.dropAll(logs.all());
    }
  }

  /** Sends at most one frame. Returns false if there is nothing to do. */
  private boolean sendNext() {
    if (!caughtUp && logs.areCaughtUp()) {
      caughtUp = true;
      frames.caughtUp();
      return true;
    }
    if (heartbeats.isCursorDue()) {
      frames.cursor();
      return true;
    }
    // In turn, so that neither delays the other.
    broadcastsTurn = !broadcastsTurn;
    return broadcastsTurn ? sendBroadcast() || sendRecords() : sendRecords() || sendBroadcast();
  }

  private boolean sendBroadcast() {
    Optional<SharedBroadcast> next = broadcasts.poll(sink.room());
    next.map(SharedBroadcast::message).ifPresent(sink::broadcast);
    return next.isPresent();
  }

  /** Handles the next records of the next log that has any. Returns false if there are none. */
  private boolean sendRecords() {
    // A log whose page could not be sent is ready again: without the check this would not end.
    while (!isBlocked()) {
      LogProgress log = logs.poll();
      if (log == null) {
        return false;
      }
      List<SharedCommit> next = ended || log.deleted ? List.of() : next(log);
      if (!next.isEmpty()) {
        int roomNeeded = frames.send(log, next);
        if (roomNeeded > 0) {
          waitForRoom(roomNeeded);
        }
        reads.handled(log);
        advanced(log);
        return true;
      }
    }
    return false;
  }

  private void waitForRoom(int bytes) {
    waitsForRoom = true;
    sink.awaitRoom(bytes, () -> loop.execute(() -> waitsForRoom = false));
  }

  /** The log may have more records, which are handled after those of other logs. */
  private void advanced(LogProgress log) {
    logs.moved(log);
    logs.ready(log);
  }

  /** A log's next records, as far as they are in memory; otherwise has them read. */
  private List<SharedCommit> next(LogProgress log) {
    if (log.feed.isLost()) {
      checkForLoss(log);
      return List.of();
    }
    if (!log.page.isEmpty()) {
      return log.page;
    }
    if (log.position() >= log.feed.to().position()) {
      return List.of();
    }
    Optional<List<SharedCommit>> ring = log.feed.after(log.mark, FrameSender.FRAME_BYTES);
    if (ring.isEmpty()) {
      readOrWait(log);
    }
    return ring.orElse(List.of());
  }

  /** Reads only if a page can be sent, so that the permits are left to those who can send. */
  private void readOrWait(LogProgress log) {
    if (sink.room() >= PAGE_ROOM) {
      reads.request(log);
    } else {
      waitForRoom(PAGE_ROOM);
      logs.ready(log);
    }
  }

  /** At most what can be sent: others need the connection to NATS, too. */
  private int pageBytes() {
    int room = sink.room();
    return isBlocked() || room < PAGE_ROOM ? 0 : Math.min(FrameSender.FRAME_BYTES, room);
  }

  /** A passing failure is retried at the next tick; {@link #keepAlive} ends a long outage. */
  private void readFailed(LogProgress log, Throwable why) {
    if (StartPositions.isGone(why)) {
      deleted(log.id().namespace(), log.id().incarnation());
    } else if (!StartPositions.isPassing(why)) {
      end(why);
    }
  }

  /**
   * The store has lost commits. If the subscription has handled none of them, it continues with
   * what is stored now; otherwise it fails.
   */
  private void checkForLoss(LogProgress log) {
    if (log.inDoubt) {
      return;
    }
    log.inDoubt = true;
    reads.drop(log);
    store
        .log()
        .extent(log.id())
        .thenCompose(extent -> lossCheck.find(log.id(), log.mark, extent))
        .whenComplete((found, thrown) -> loop.execute(() -> checked(log, found, thrown)));
  }

  private void checked(LogProgress log, LossCheck.Finding found, @Nullable Throwable thrown) {
    log.inDoubt = false;
    if (ended || log.deleted) {
      return;
    }
    if (thrown != null) {
      readFailed(log, thrown);
    } else if (found.lost()) {
      end(
          StoreException.cursorUnknown(
              "the store has lost commits that this subscription had received"));
    } else {
      log.unfollow();
      bus.feeds().release(log.feed);
      log.feed = bus.feeds().acquire(log.id(), found.extent().head());
      log.headAtStart = Math.min(log.headAtStart, found.extent().head().position());
      logs.moved(log);
      follow(log);
    }
  }

  /** What an operator sees, at most some seconds old. Thread-safe. */
  SubscriptionInfo info() {
    SubscriptionInfo.State state =
        ticksBlocked >= TICKS_UNTIL_PARKED
            ? SubscriptionInfo.State.NOT_READING
            : caughtUp ? SubscriptionInfo.State.LIVE : SubscriptionInfo.State.CATCHING_UP;
    return new SubscriptionInfo(
        command.namespaces(),
        command.filter(),
        sink.subscriber(),
        behind,
        state,
        Duration.ofNanos(System.nanoTime() - openedAt));
  }

  private void keepAlive() {
    if (!started || ended) {
      return;
    }
    behind = logs.all().stream().mapToLong(LogProgress::behind).sum();
    reads.tick();
    lag = SubscriptionLag.of(logs.all());
    logs.all().stream().filter(log -> log.feed.isLost()).forEach(this::checkForLoss);
    if (isBlocked()) {
      reads.dropAll(logs.all());
    }
    if (System.nanoTime() - startedAt > KEEP_NOT_FOUND.toNanos()) {
      logs.forgetNotFound();
    }
    Duration silence = heartbeats.silence(logs.all());
    if (HeartbeatPolicy.isTooLong(silence)) {
      end(
          StoreException.storeUnavailable(
              "JetStream has not responded for " + silence.toSeconds() + " s"));
    } else if (sink.isReady() && heartbeats.isCursorOwed()) {
      frames.cursor();
    } else if (sink.isReady() && heartbeats.isHeartbeatDue(silence)) {
      frames.heartbeat();
    }
  }

  /** Fails the subscription. Thread-safe. */
  void fail(StoreException why) {
    loop.execute(() -> end(why));
  }

  private void end(Throwable thrown) {
    if (ended) {
      return;
    }
    try {
      release();
    } finally {
      sink.failed(Exceptions.unwrap(thrown));
    }
  }

  /** Closes the subscription for the subscriber: no frames follow. Thread-safe. */
  @Override
  public void close() {
    loop.execute(this::release);
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
    reads.close(logs.all());
    broadcasts.close();
    for (LogProgress log : logs.all()) {
      log.unfollow();
      bus.feeds().release(log.feed);
    }
    bus.ended(this);
  }
}
