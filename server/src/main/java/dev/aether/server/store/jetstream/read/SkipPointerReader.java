package dev.aether.server.store.jetstream.read;

import dev.aether.server.codec.CorruptRecordException;
import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.CommitMessages;
import dev.aether.server.store.jetstream.format.SkipPointers;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads a few commits of an actor by the skip pointers in their headers: each commit that is read
 * tells of two more, so that {@code n} of them come in O(log n) rounds of messages asked for by
 * their sequence. However sparse they lie in a large stream, that costs the same, while a batch get
 * makes JetStream walk over everything between them. For any number of threads.
 */
public final class SkipPointerReader {
  /** More commits than this come faster in a batch. */
  static final int MAX_COMMITS = 128;

  private static final int MAX_AT_ONCE = 32;
  private static final int MAX_IN_FLIGHT = 16;

  /** A walk that has gathered more ends, and the commits are read in pages. */
  private static final long MAX_BYTES = 2L * 1024 * 1024;

  private final JetStreamApi api;
  private final Executor executor;
  private final AtomicInteger running = new AtomicInteger();

  /**
   * @param executor completes the futures
   */
  public SkipPointerReader(JetStreamApi api, Executor executor) {
    this.api = api;
    this.executor = executor;
  }

  /**
   * The commits to read: those whose number and versions are both within bounds, which are
   * included.
   */
  record Range(long fromNumber, long toNumber, long fromVersion, long toVersion) {
    static Range ofVersions(long from, long to) {
      return new Range(1, Long.MAX_VALUE, from, to);
    }

    static Range ofNumbers(long from, long to) {
      return new Range(from, to, 1, Long.MAX_VALUE);
    }

    private boolean overlaps(SkipPointers.Tree tree) {
      return tree.number() >= fromNumber
          && tree.number() - tree.size() < toNumber
          && tree.lastVersion() >= fromVersion
          && tree.versionBefore() < toVersion;
    }

    private boolean holds(CommitHeader header) {
      return header.number() >= fromNumber
          && header.number() <= toNumber
          && header.lastVersion() >= fromVersion
          && header.firstVersion() <= toVersion;
    }
  }

  /**
   * The commits of a range, oldest first.
   *
   * @param newest a commit of the actor that none of the range comes after; the way goes from here
   * @param range holds at most about {@link #MAX_COMMITS}
   * @return empty if they can't be read so: one is gone or damaged, they are large, or many others
   *     walk. Then only a reading of the stream itself finds out what there is.
   */
  CompletableFuture<Optional<List<StoredMessage>>> read(
      ActorLog actor, ActorLog.Located newest, Range range) {
    if (running.incrementAndGet() > MAX_AT_ONCE) {
      running.decrementAndGet();
      return CompletableFuture.completedFuture(Optional.empty());
    }
    Walk walk = new Walk(actor, range);
    walk.guard.run(() -> walk.begin(newest));
    return walk.result;
  }

  /** One walk. All but the result is guarded by this. */
  private final class Walk {
    final CompletableFuture<Optional<List<StoredMessage>>> result = new CompletableFuture<>();
    final CatchAll guard = new CatchAll("a read of a few commits", thrown -> endAfterFault());
    private final ActorLog actor;
    private final Range range;
    private final Deque<SkipPointers.Tree> left = new ArrayDeque<>();
    private final TreeMap<Long, StoredMessage> found = new TreeMap<>();
    private int inFlight;
    private long bytes;
    private long largest;
    private boolean ended;

    Walk(ActorLog actor, Range range) {
      this.actor = actor;
      this.range = range;
    }

    synchronized void begin(ActorLog.Located newest) {
      List<SkipPointers.Tree> trees = newest.head().through().trees();
      largest = Math.max(1, newest.message().body().length);
      add(trees.get(0), newest.header(), newest.message());
      trees.stream().skip(1).filter(range::overlaps).forEach(left::add);
      goOn();
    }

    private void goOn() {
      while (!ended && inFlight < maxInFlight() && !left.isEmpty()) {
        SkipPointers.Tree tree = left.remove();
        inFlight++;
        api.at(actor.stream(), tree.sequence())
            .whenComplete(guard.of((message, thrown) -> arrived(tree, message, thrown)));
      }
      if (!ended && inFlight == 0) {
        end(Optional.of(List.copyOf(found.values())));
      }
    }

    /** So that what is under way has about the bytes that a walk may gather. */
    private long maxInFlight() {
      return Math.max(1, Math.min(MAX_IN_FLIGHT, MAX_BYTES / largest));
    }

    private synchronized void arrived(
        SkipPointers.Tree tree,
        @Nullable Optional<StoredMessage> message,
        @Nullable Throwable thrown) {
      inFlight--;
      if (ended) {
        leave();
        return;
      }
      if (message != null && message.isPresent()) {
        largest = Math.max(largest, message.get().body().length);
      }
      if (thrown != null || message == null || message.isEmpty() || !take(tree, message.get())) {
        end(Optional.empty());
      } else {
        goOn();
      }
    }

    /** False if it is not what the skip pointers says. */
    private boolean take(SkipPointers.Tree tree, StoredMessage message) {
      CommitHeader header;
      try {
        header = CommitMessages.header(message);
      } catch (CorruptRecordException e) {
        return false;
      }
      if (!message.subject().equals(actor.subject())
          || header.number() != tree.number()
          || header.lastVersion() != tree.lastVersion()) {
        return false;
      }
      add(tree, header, message);
      return bytes <= MAX_BYTES;
    }

    private void add(SkipPointers.Tree tree, CommitHeader header, StoredMessage message) {
      if (range.holds(header)) {
        found.put(tree.number(), message);
        bytes += message.body().length;
      }
      if (tree.size() > 1) {
        header.before().trees().stream().limit(2).filter(range::overlaps).forEach(left::add);
      }
    }

    private void end(Optional<List<StoredMessage>> outcome) {
      ended = true;
      leave();
      result.completeAsync(() -> outcome, executor);
    }

    /** The commits are read in pages then. */
    private synchronized void endAfterFault() {
      if (!ended) {
        end(Optional.empty());
      }
    }

    /** Gives the place to another when nothing is under way any more. */
    private void leave() {
      if (inFlight == 0) {
        running.decrementAndGet();
      }
    }
  }
}
