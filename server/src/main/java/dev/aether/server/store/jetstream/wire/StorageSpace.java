package dev.aether.server.store.jetstream.wire;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tracks whether JetStream has free space, as far as this node knows: from the disk, if this node
 * can see it, and from responses to publishes. Thread-safe.
 */
public final class StorageSpace {
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
  public StorageSpace(Supplier<Optional<String>> disk) {
    this(disk, System::nanoTime);
  }

  public StorageSpace(Supplier<Optional<String>> disk, LongSupplier nanoTime) {
    this.disk = disk;
    this.nanoTime = nanoTime;
  }

  /** Learns from the outcome of a publish. Returns its argument. */
  <T> CompletableFuture<T> watched(CompletableFuture<T> publish) {
    return publish.whenComplete(
        (sequence, thrown) -> {
          if (thrown == null) {
            stored();
          } else {
            JetStreamFailure failure = JetStreamErrors.failure(thrown);
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

  /** Checks the disk, and the time since the last refused save. */
  public void check() {
    diskFull = disk.get();
    Refusal last = refusal;
    if (last != null) {
      Duration ago = Duration.ofNanos(nanoTime.getAsLong() - last.at());
      if (ago.compareTo(last.storedSince() ? CALM : FORGOTTEN_AFTER) >= 0) {
        refusal = null;
      }
    }
  }
}
