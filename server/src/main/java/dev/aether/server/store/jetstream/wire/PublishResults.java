package dev.aether.server.store.jetstream.wire;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tracks what the results of publishes say about JetStream: whether it has free space, which the
 * disk also tells if this node can see it, and whether it stores anything. Thread-safe.
 */
public final class PublishResults {
  /**
   * Close to the limit, small messages are still stored and large ones are not. The store counts as
   * full for this long after a refusal.
   */
  static final Duration CALM = Duration.ofSeconds(10);

  /** Without saves for this long, it is not known whether the store is still full. */
  static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

  private final Supplier<Optional<String>> disk;
  private final LongSupplier nanoTime;

  /** Read for each publish. */
  private volatile Optional<String> diskFull = Optional.empty();

  private volatile @Nullable Refusal refusal;

  /** Fewer publishes in a row without an answer are an accident. */
  private static final int FEW = 3;

  private volatile @Nullable Silence silence;

  /**
   * Publishes in a row without an answer.
   *
   * @param last when the last of them was given up
   */
  private record Silence(int count, long last) {}

  /**
   * A refusal because the store is full.
   *
   * @param why JetStream's error
   * @param storedSince whether a message was stored after it
   */
  private record Refusal(String why, long at, boolean storedSince) {}

  /**
   * @param disk why the disk is full; called by the thread that calls {@link #check}
   */
  public PublishResults(Supplier<Optional<String>> disk) {
    this(disk, System::nanoTime);
  }

  public PublishResults(Supplier<Optional<String>> disk, LongSupplier nanoTime) {
    this.disk = disk;
    this.nanoTime = nanoTime;
  }

  /** Learns from the outcome of a publish. Returns its argument. */
  <T> CompletableFuture<T> watched(CompletableFuture<T> publish) {
    return publish.whenComplete(
        (sequence, thrown) -> {
          if (thrown == null) {
            stored();
            answered();
          } else {
            JetStreamFailure failure = JetStreamErrors.failure(thrown);
            // A leader without a quorum still refuses what does not fit its own copy, so other
            // refusals say nothing.
            if (failure.kind() != JetStreamFailure.Kind.REFUSED
                || JetStreamErrors.isUnavailable(failure)) {
              unanswered();
            } else if (JetStreamErrors.isFull(failure)) {
              answered();
            }
            if (JetStreamErrors.isStoreFull(failure)) {
              refused(JetStreamErrors.whatIsFull(failure));
            }
          }
        });
  }

  void refused(String why) {
    refusal = new Refusal(why, nanoTime.getAsLong(), false);
  }

  void stored() {
    Refusal last = refusal;
    if (last != null && !last.storedSince()) {
      refusal = new Refusal(last.why(), last.at(), true);
    }
  }

  /** Why only publishes that free space are allowed; empty if all are. */
  Optional<String> whyDiskFull() {
    return diskFull;
  }

  /** Why saves are refused; empty if they are not, as far as this node knows. */
  public Optional<String> whyFull() {
    if (diskFull.isPresent()) {
      return diskFull;
    }
    Refusal last = refusal;
    return last == null ? Optional.empty() : Optional.of(last.why());
  }

  void answered() {
    if (silence != null) {
      silence = null;
    }
  }

  synchronized void unanswered() {
    Silence before = silence;
    silence = new Silence(before == null ? 1 : before.count() + 1, nanoTime.getAsLong());
  }

  /** Why JetStream seems to store nothing; empty if it answers publishes, or if there are none. */
  public Optional<String> whySilent() {
    Silence now = silence;
    return now == null || now.count() < FEW
        ? Optional.empty()
        : Optional.of(
            "it has not answered " + now.count() + " publishes since the last one that it stored");
  }

  /** Checks the disk, and the time since the last refused or unanswered save. */
  public void check() {
    diskFull = disk.get();
    Silence silent = silence;
    if (silent != null && nanoTime.getAsLong() - silent.last() >= FORGOTTEN_AFTER.toNanos()) {
      silence = null;
    }
    Refusal last = refusal;
    if (last != null) {
      Duration ago = Duration.ofNanos(nanoTime.getAsLong() - last.at());
      if (ago.compareTo(last.storedSince() ? CALM : FORGOTTEN_AFTER) >= 0) {
        refusal = null;
      }
    }
  }
}
