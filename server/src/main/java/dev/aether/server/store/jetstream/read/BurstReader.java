package dev.aether.server.store.jetstream.read;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.store.jetstream.cache.KnownSequences;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads a short range of an actor's commits with one burst of requests, if this node knows their
 * sequences. The burst does not wait for the head of the actor; what it brought is compared with
 * the head afterwards. Thread-safe.
 */
public final class BurstReader {
  private static final int MAX_RUNS = 32;
  private static final int MAX_IN_FLIGHT = 64;

  /** How many bytes one read may have in flight, and bring, given the largest commit so far. */
  private static final long MAX_BYTES = 2L * 1024 * 1024;

  private final JetStreamApi api;
  private final KnownSequences known;
  private final Executor executor;
  private final AtomicInteger running = new AtomicInteger();

  /**
   * @param executor completes the futures of long reads
   */
  public BurstReader(JetStreamApi api, KnownSequences known, Executor executor) {
    this.api = api;
    this.known = known;
    this.executor = executor;
  }

  /**
   * What a burst brought: consecutive commits, oldest first.
   *
   * @param commits not after the head if it is still the one that was known
   * @param last the number of the last commit that was known
   */
  record Burst(List<LocatedCommit> commits, long last) {
    static final Burst NONE = new Burst(List.of(), 0);

    boolean isNone() {
      return last == 0;
    }
  }

  /**
   * Reads the known commits of a range of versions. The last one that is known is left out if the
   * range goes beyond it, since it is likely to be the head, which is read anyway.
   *
   * @return {@link Burst#NONE} if the range cannot be read this way
   */
  CompletableFuture<Burst> read(ActorLog actor, long fromVersion, long toVersion) {
    Optional<KnownSequences.Known> found = known.get(actor.subject());
    if (found.isEmpty() || fromVersion <= found.get().versionBefore() && !isWhole(found.get())) {
      return CompletableFuture.completedFuture(Burst.NONE);
    }
    KnownSequences.Known list = found.get();
    int begin = firstAtLeast(list, fromVersion);
    boolean isBeyond = toVersion >= list.lastVersions().get(list.size() - 1);
    int end = isBeyond ? list.size() - 1 : firstAtLeast(list, toVersion) + 1;
    if (begin >= end
        || end - begin > SkipPointerReader.MAX_COMMITS
        || list.totalBytes() / list.size() * (end - begin) > MAX_BYTES) {
      return CompletableFuture.completedFuture(Burst.NONE);
    }
    if (running.incrementAndGet() > MAX_RUNS) {
      running.decrementAndGet();
      return CompletableFuture.completedFuture(Burst.NONE);
    }
    Run run = new Run(actor, list, begin, end);
    run.guard.run(run::begin);
    return run.result.future();
  }

  private static boolean isWhole(KnownSequences.Known list) {
    return list.firstNumber() == 1;
  }

  private static int firstAtLeast(KnownSequences.Known list, long version) {
    int at = 0;
    while (at < list.size() && list.lastVersions().get(at) < version) {
      at++;
    }
    return at;
  }

  /** Records commits that were read in another way: consecutive ones, oldest first. */
  void learn(ActorLog actor, List<LocatedCommit> commits) {
    known.read(
        actor.subject(),
        commits.stream()
            .map(
                commit ->
                    new KnownSequences.Commit(
                        commit.header(), commit.sequence(), commit.message().body().length))
            .toList());
  }

  /** Completes with what was read, on a thread that may turn so many bytes into frames. */
  <T> CompletableFuture<T> handOver(T read, long bytes) {
    ReadResult<T> result = new ReadResult<>(executor);
    result.decide(read, bytes);
    result.tell();
    return result.future();
  }

  /** Forgets the sequences of an actor, since its commits are not there. */
  void forget(ActorLog actor) {
    known.forget(actor.subject());
  }

  /** One read. All fields but the result are guarded by it. */
  private final class Run {
    final ReadResult<Burst> result = new ReadResult<>(executor);
    final CatchAll guard = new CatchAll("a read of known sequences", thrown -> giveUp());
    private final ActorLog actor;
    private final KnownSequences.Known list;
    private final int begin;
    private final @Nullable LocatedCommit[] found;
    private int next;
    private int inFlight;
    private long bytes;
    private long largest;
    private boolean finished;

    Run(ActorLog actor, KnownSequences.Known list, int begin, int end) {
      this.actor = actor;
      this.list = list;
      this.begin = begin;
      this.found = new LocatedCommit[end - begin];
      this.largest = Math.max(1, list.largest());
    }

    void begin() {
      result.step(this::proceed);
    }

    private void proceed() {
      while (!finished && inFlight < maxInFlight() && next < found.length) {
        int at = next++;
        inFlight++;
        api.at(actor.stream(), list.sequences().get(begin + at))
            .whenComplete(guard.of((message, thrown) -> onResponse(at, message, thrown)));
      }
    }

    private long maxInFlight() {
      return Math.max(1, Math.min(MAX_IN_FLIGHT, MAX_BYTES / largest));
    }

    private void onResponse(
        int at, @Nullable Optional<StoredMessage> message, @Nullable Throwable thrown) {
      result.step(() -> received(at, message, thrown));
    }

    private void received(
        int at, @Nullable Optional<StoredMessage> message, @Nullable Throwable thrown) {
      inFlight--;
      if (!finished) {
        if (thrown != null) {
          finish(Burst.NONE);
        } else if (message == null || message.isEmpty() || !accept(at, message.get())) {
          // A replica that lags has no message either, but then the leader was asked.
          forget(actor);
          finish(Burst.NONE);
        } else if (next == found.length && inFlight == 0) {
          finish(burst());
        } else {
          proceed();
        }
      } else {
        release();
      }
    }

    private boolean accept(int at, StoredMessage message) {
      if (!message.subject().equals(actor.subject())) {
        return false;
      }
      Optional<LocatedCommit> commit = actor.readable(message);
      if (commit.isEmpty() || commit.get().header().number() != list.firstNumber() + begin + at) {
        return false;
      }
      found[at] = commit.get();
      bytes += message.body().length;
      largest = Math.max(largest, message.body().length);
      return bytes <= MAX_BYTES;
    }

    private Burst burst() {
      List<LocatedCommit> commits = new ArrayList<>(found.length);
      LocatedCommit before = null;
      for (LocatedCommit commit : found) {
        if (commit == null || (before != null && !follows(commit.header(), before))) {
          forget(actor);
          return Burst.NONE;
        }
        commits.add(commit);
        before = commit;
      }
      return new Burst(commits, list.firstNumber() + list.size() - 1);
    }

    private void finish(Burst outcome) {
      finished = true;
      release();
      result.decide(outcome, bytes);
    }

    private void giveUp() {
      result.step(
          () -> {
            if (!finished) {
              finish(Burst.NONE);
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

  /** Whether a commit's header names another one as the actor's previous commit. */
  static boolean follows(CommitHeader header, LocatedCommit before) {
    return header.previous() == before.sequence()
        && header.number() == before.header().number() + 1;
  }
}
