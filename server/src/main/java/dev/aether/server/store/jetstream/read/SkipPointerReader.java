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
 * Reads a short range of an actor's commits with the skip pointers in their headers. Each commit
 * points to two more, so {@code n} commits take O(log n) rounds of reads by sequence. The cost does
 * not depend on how sparse the commits are in the stream, whereas a batch get makes JetStream scan
 * everything between them. Thread-safe.
 */
public final class SkipPointerReader {
  /** Longer ranges are read faster in batches. */
  static final int MAX_COMMITS = 128;

  private static final int MAX_RUNS = 32;
  private static final int MAX_IN_FLIGHT = 16;

  /** A read that exceeds this is abandoned, and the commits are read in batches. */
  private static final long MAX_BYTES = 2L * 1024 * 1024;

  private final JetStreamApi api;
  private final Executor executor;
  private final AtomicInteger running = new AtomicInteger();

  /**
   * @param executor completes the futures of long reads
   */
  public SkipPointerReader(JetStreamApi api, Executor executor) {
    this.api = api;
    this.executor = executor;
  }

  /**
   * The commits to read: those whose number and versions are both within these inclusive bounds.
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
   * Reads the commits of a range, oldest first.
   *
   * @param newest a commit of the actor that is not before the end of the range; the read starts
   *     here
   * @param range at most about {@link #MAX_COMMITS} commits
   * @return empty if the range cannot be read this way: a commit is missing or damaged, the commits
   *     are large, or too many reads are running. The caller must then read the stream itself.
   */
  CompletableFuture<Optional<List<LocatedCommit>>> read(
      ActorLog actor, LocatedCommit newest, Range range) {
    if (running.incrementAndGet() > MAX_RUNS) {
      running.decrementAndGet();
      return CompletableFuture.completedFuture(Optional.empty());
    }
    Run run = new Run(actor, range);
    run.guard.run(() -> run.begin(newest));
    return run.result.future();
  }

  /** One read. All fields but the result are guarded by it. */
  private final class Run {
    final ReadResult<Optional<List<LocatedCommit>>> result = new ReadResult<>(executor);
    final CatchAll guard = new CatchAll("a read with skip pointers", thrown -> giveUp());
    private final ActorLog actor;
    private final Range range;
    private final Deque<SkipPointers.Tree> remaining = new ArrayDeque<>();
    private final TreeMap<Long, LocatedCommit> found = new TreeMap<>();
    private int inFlight;
    private long bytes;
    private long largest;
    private boolean finished;

    Run(ActorLog actor, Range range) {
      this.actor = actor;
      this.range = range;
    }

    void begin(LocatedCommit newest) {
      result.step(() -> proceedFrom(newest));
    }

    private void proceedFrom(LocatedCommit newest) {
      List<SkipPointers.Tree> trees = newest.head().through().trees();
      largest = Math.max(1, newest.message().body().length);
      add(trees.get(0), newest.header(), newest.message());
      trees.stream().skip(1).filter(range::overlaps).forEach(remaining::add);
      proceed();
    }

    private void proceed() {
      while (!finished && inFlight < maxInFlight() && !remaining.isEmpty()) {
        SkipPointers.Tree tree = remaining.remove();
        inFlight++;
        api.at(actor.stream(), tree.sequence())
            .whenComplete(guard.of((message, thrown) -> onResponse(tree, message, thrown)));
      }
      if (!finished && inFlight == 0) {
        finish(Optional.of(List.copyOf(found.values())));
      }
    }

    /**
     * Limits concurrent requests, given the largest message so far, to about {@link #MAX_BYTES} in
     * total.
     */
    private long maxInFlight() {
      return Math.max(1, Math.min(MAX_IN_FLIGHT, MAX_BYTES / largest));
    }

    private void onResponse(
        SkipPointers.Tree tree,
        @Nullable Optional<StoredMessage> message,
        @Nullable Throwable thrown) {
      result.step(() -> received(tree, message, thrown));
    }

    private void received(
        SkipPointers.Tree tree,
        @Nullable Optional<StoredMessage> message,
        @Nullable Throwable thrown) {
      inFlight--;
      if (finished) {
        release();
        return;
      }
      if (message != null && message.isPresent()) {
        largest = Math.max(largest, message.get().body().length);
      }
      if (thrown != null || message == null || message.isEmpty() || !accept(tree, message.get())) {
        finish(Optional.empty());
      } else {
        proceed();
      }
    }

    /**
     * Returns false if the message is not the commit that the skip pointer names, or if too many
     * bytes were read.
     */
    private boolean accept(SkipPointers.Tree tree, StoredMessage message) {
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
        found.put(tree.number(), new LocatedCommit(message.sequence(), header, message));
        bytes += message.body().length;
      }
      if (tree.size() > 1) {
        header.before().trees().stream().limit(2).filter(range::overlaps).forEach(remaining::add);
      }
    }

    private void finish(Optional<List<LocatedCommit>> outcome) {
      finished = true;
      release();
      result.decide(outcome, bytes);
    }

    /** Gives up; the caller then reads the commits in batches. */
    private void giveUp() {
      result.step(
          () -> {
            if (!finished) {
              finish(Optional.empty());
            }
          });
    }

    /** Releases this read's slot once no request is in flight. */
    private void release() {
      if (inFlight == 0) {
        running.decrementAndGet();
      }
    }
  }
}
