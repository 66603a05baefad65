package dev.aether.server.bus;

import dev.aether.server.event.Cursor;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
public final class SubscriptionLoop implements AutoCloseable {
  private static final int FRAME_BYTES = 1024 * 1024;

  private static final int TICKS_UNTIL_PARKED = 2;
  private static final int TICKS_PARKED = 10;

  /** What a frame must be able to have before a page is read for it. */
  private static final int PAGE_ROOM = 64 * 1024;

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

  private final SubscriptionLogs logs;
  private final CatchUpReads reads;
  private final LossCheck lossCheck;
  private final BroadcastQueue broadcasts = new BroadcastQueue();
  private long startedAt;
  private Namespaces.@Nullable Watch watch;
  private boolean started;
  private boolean ended;
  private boolean caughtUp;
  private boolean broadcastsTurn;

  /** The next commit is larger than what its client leaves of its room. Written by the loop. */
  private volatile boolean waitsForRoom;

  /** It follows no feed, since nothing can be sent. */
  private boolean parked;

  /** How many ticks have found that nothing can be sent, one after the other. The ticker's. */
  private int ticksHeldUp;

  private final HeartbeatPolicy heartbeats;

  SubscriptionLoop(
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
    this.lossCheck = new LossCheck(store.log());
    this.heartbeats = new HeartbeatPolicy(store);
    this.logs =
        new SubscriptionLogs(
            command.start() instanceof SubscribeCommand.Start.After after
                ? after.cursor()
                : Cursor.BEGINNING);
    this.reads =
        new CatchUpReads(
            store.log(), bus.pages(), this::pageBytes, this::run, this::gotOn, this::cannotRead);
  }

  void start() {
    new StartPositions(store, command, bus::feed)
        .locate()
        .whenComplete(
            (places, thrown) ->
                run(
                    () -> {
                      if (thrown != null) {
                        end(thrown);
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

  /** Who takes no frames now is woken when it does. */
  private void wakeIfReady() {
    if (!isHeldUp()) {
      wake();
    }
  }

  private boolean isHeldUp() {
    return waitsForRoom || !sink.isReady();
  }

  boolean includesBroadcasts() {
    return command.broadcasts();
  }

  /** Brings a broadcast, if it is wanted. From any thread. False: it had to be dropped. */
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
   * By the bus's ticker alone. Whoever takes nothing for long is looked at more seldom, and hears
   * of no news until it does: thousands of them would cost what the others need.
   */
  void tick() {
    ticksHeldUp = isHeldUp() ? ticksHeldUp + 1 : 0;
    if (ticksHeldUp == TICKS_UNTIL_PARKED) {
      run(this::park);
    }
    if (ticksHeldUp < TICKS_UNTIL_PARKED || sink.isReady() || ticksHeldUp % TICKS_PARKED == 0) {
      run(this::keepAlive);
    }
  }

  private void park() {
    if (isHeldUp() && !ended) {
      parked = true;
      logs.all().forEach(source -> source.feed.unfollow(source.follower));
    }
  }

  private void unparkIfReady() {
    if (parked && !isHeldUp() && !ended) {
      parked = false;
      logs.all().forEach(this::follow);
    }
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
        unparkIfReady();
        pump();
      } catch (Throwable e) {
        // An Error too: the subscriber would wait for ever.
        end(e);
      }
    } while (!wanted.compareAndSet(seen, 0));
  }

  private void begin(List<StartPositions.LogStart> places) {
    if (ended) {
      return;
    }
    places.forEach(place -> add(place.log(), place.mark(), place.head()));
    started = true;
    startedAt = System.nanoTime();
    sink.started(outgoingCursor());
    List<Namespaces.Info> met =
        places.stream().map(StartPositions.LogStart::namespace).distinct().toList();
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
      info.logs().forEach(log -> add(log, StartPositions.markIn(command, log), Mark.NONE));
    }
  }

  private void add(LogId log, Mark mark, Mark head) {
    if (logs.has(log)) {
      return;
    }
    LogFeed feed = bus.acquire(log, head);
    LogProgress source = new LogProgress(feed, mark, head.position(), this::hasNews);
    logs.add(source);
    follow(source);
  }

  private void follow(LogProgress source) {
    source.feed.follow(source.follower);
    // What came before it followed.
    logs.ready(source);
  }

  /**
   * The store has lost commits. A subscription that handled none of them goes on with what is there
   * now; any other one ends.
   */
  private void askForMark(LogProgress source) {
    if (source.inDoubt) {
      return;
    }
    source.inDoubt = true;
    reads.drop(source);
    store
        .log()
        .extent(source.log())
        .thenCompose(extent -> lossCheck.find(source.log(), source.mark, extent))
        .whenComplete((found, thrown) -> run(() -> found(source, found, thrown)));
  }

  private void found(LogProgress source, LossCheck.Finding found, @Nullable Throwable thrown) {
    source.inDoubt = false;
    if (ended || source.deleted) {
      return;
    }
    if (thrown != null) {
      cannotRead(source, thrown);
    } else if (found.lost()) {
      end(
          StoreException.cursorUnknown(
              "the store has lost commits that this subscription had received"));
    } else {
      source.feed.unfollow(source.follower);
      bus.release(source.feed);
      source.feed = bus.acquire(source.log(), found.extent().head());
      source.headAtStart = Math.min(source.headAtStart, found.extent().head().position());
      logs.moved(source);
      follow(source);
    }
  }

  /** From any thread. */
  private void hasNews(LogProgress source) {
    logs.ready(source);
    wakeIfReady();
  }

  /** What was not sent yet is gone with the logs. A new incarnation is discovered as any other. */
  private void deleted(Namespace namespace, String incarnation) {
    if (ended) {
      return;
    }
    List<LogProgress> gone = logs.remove(incarnation);
    if (gone.isEmpty()) {
      return;
    }
    for (LogProgress source : gone) {
      source.deleted = true;
      reads.drop(source);
      source.feed.unfollow(source.follower);
      bus.discard(source.feed);
    }
    sink.namespaceDeleted(namespace.name());
    heartbeats.sentWithoutCursor();
  }

  /** Asks before each frame, so that one at most piles up for who does not read. */
  private void pump() {
    boolean more = true;
    while (more && started && !ended && !waitsForRoom && sink.isReady()) {
      more = sendNext();
    }
    if (isHeldUp() && bus.pages().hasWaiters()) {
      reads.dropAll(logs.all());
    }
  }

  /** Sends one frame at most. False if there is nothing to be done. */
  private boolean sendNext() {
    if (!caughtUp && logs.areCaughtUp()) {
      caughtUp = true;
      sink.caughtUp(outgoingCursor());
      return true;
    }
    if (heartbeats.isCursorOwed() && heartbeats.isCursorDue()) {
      sink.cursor(outgoingCursor());
      return true;
    }
    // By turns, so that neither holds up the other.
    broadcastsTurn = !broadcastsTurn;
    return broadcastsTurn ? sendBroadcast() || advanceOne() : advanceOne() || sendBroadcast();
  }

  /** They move no cursor. False if none waits. */
  private boolean sendBroadcast() {
    Optional<SharedBroadcast> next = broadcasts.poll(sink.room());
    next.map(SharedBroadcast::message).ifPresent(sink::broadcast);
    return next.isPresent();
  }

  /** Handles the next records of the next log that has some. False if none has. */
  private boolean advanceOne() {
    while (!waitsForRoom) {
      LogProgress source = logs.poll();
      if (source == null) {
        return false;
      }
      List<SharedCommit> next = ended || source.deleted ? List.of() : next(source);
      if (!next.isEmpty()) {
        handle(source, next);
        reads.handled(source);
        gotOn(source);
        return true;
      }
    }
    return false;
  }

  /** There may be more: after what the others have. */
  private void gotOn(LogProgress source) {
    logs.moved(source);
    logs.ready(source);
  }

  private List<SharedCommit> next(LogProgress source) {
    if (source.feed.isLost()) {
      askForMark(source);
      return List.of();
    }
    if (!source.page.isEmpty()) {
      return source.page;
    }
    if (source.position() >= source.feed.to().position()) {
      return List.of();
    }
    Optional<List<SharedCommit>> ring = source.feed.after(source.mark, FRAME_BYTES);
    if (ring.isEmpty()) {
      readOrWait(source);
    }
    return ring.orElse(List.of());
  }

  /** Pages are no larger than what can be sent of them: others need the connection to NATS, too. */
  private int pageBytes() {
    int room = sink.room();
    return isHeldUp() || room < PAGE_ROOM ? 0 : Math.min(FRAME_BYTES, room);
  }

  /** Who can't send it has no page read, so that the places for pages are for those who can. */
  private void readOrWait(LogProgress source) {
    if (sink.room() >= PAGE_ROOM) {
      reads.want(source);
    } else {
      waitForRoom(PAGE_ROOM);
      logs.ready(source);
    }
  }

  /**
   * What passes is read again at the next tick; a store that stays away ends the subscription
   * there.
   */
  private void cannotRead(LogProgress source, Throwable why) {
    if (StartPositions.isGone(why)) {
      deleted(source.log().namespace(), source.log().incarnation());
    } else if (!StartPositions.isPassing(why)) {
      end(why);
    }
  }

  /** Sends the first frame of what comes next in a log; the position moves as far. */
  private void handle(LogProgress source, List<SharedCommit> records) {
    List<SharedCommit> frame = new ArrayList<>();
    int room = sink.room();
    int most = Math.min(FRAME_BYTES, room);
    int bytes = 0;
    for (SharedCommit record : records) {
      if (record.entry() instanceof LogEntry.Corrupt corrupt) {
        if (frame.isEmpty()) {
          handle(source, corrupt);
        } else {
          send(source, frame);
        }
        return;
      }
      if (record.entry() instanceof LogEntry.StoredCommit stored
          && command.filter().passes(stored.actor(), stored.commit())) {
        if (!source.inCursor && !logs.isCursorSmall()) {
          sink.cursor(outgoingCursor());
          return;
        }
        if (frame.isEmpty() && record.frameBytes() > room) {
          waitForRoom(record.frameBytes());
          return;
        }
        if (!frame.isEmpty() && bytes + record.bytes() > most) {
          break;
        }
        frame.add(record);
        bytes += record.bytes();
      }
      source.mark = record.mark();
    }
    send(source, frame);
  }

  private void waitForRoom(int bytes) {
    waitsForRoom = true;
    sink.awaitRoom(bytes, () -> run(() -> waitsForRoom = false));
  }

  private void handle(LogProgress source, LogEntry.Corrupt corrupt) {
    if (command.reportCorrupt()) {
      source.mark = corrupt.mark();
      sink.corrupt(corrupt, outgoingCursor());
    } else {
      end(
          new StoreException.CorruptRecord(
              corrupt.actorId(), corrupt.partition(), corrupt.position(), corrupt.why()));
    }
  }

  private void send(LogProgress source, List<SharedCommit> frame) {
    if (frame.isEmpty()) {
      return;
    }
    String namespace = source.log().namespace().name();
    if (logs.isCursorSmall()) {
      sink.commits(namespace, frame, Optional.of(outgoingCursor()));
      return;
    }
    sink.commits(namespace, frame, Optional.empty());
    heartbeats.sentWithoutCursor();
  }

  private void keepAlive() {
    if (!started || ended) {
      return;
    }
    reads.tick();
    logs.all().stream().filter(source -> source.feed.isLost()).forEach(this::askForMark);
    if (isHeldUp()) {
      reads.dropAll(logs.all());
    }
    if (System.nanoTime() - startedAt > UNMET_KEPT.toNanos()) {
      logs.forgetUnmet();
    }
    Duration silence = heartbeats.silence(logs.all());
    if (HeartbeatPolicy.isLost(silence)) {
      end(
          StoreException.storeUnavailable(
              "JetStream has not responded for " + silence.toSeconds() + " s"));
    } else if (sink.isReady() && heartbeats.isCursorOwed()) {
      sink.cursor(outgoingCursor());
    } else if (sink.isReady() && heartbeats.isHeartbeatDue(silence)) {
      sink.heartbeat(outgoingCursor());
    }
  }

  /** The cursor for a frame that goes out now. */
  private Cursor outgoingCursor() {
    heartbeats.sentCursor();
    return logs.outgoingCursor();
  }

  void fail(StoreException why) {
    run(() -> end(why));
  }

  /** What the store failed of is told as such; what nobody foresaw is this node's own fault. */
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
    reads.close(logs.all());
    broadcasts.close();
    for (LogProgress source : logs.all()) {
      source.feed.unfollow(source.follower);
      bus.release(source.feed);
    }
    bus.ended(this);
  }
}
