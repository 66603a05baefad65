package dev.aether.server.store.jetstream.wire;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether JetStream has room for more, as far as this node knows: from the disk if it can be seen,
 * and from what JetStream answers publishes. Says in the log when there is none, every minute that
 * it lasts, and when there is room again. For any number of threads.
 */
public final class StorageSpace {
  private static final Logger LOG = LoggerFactory.getLogger(StorageSpace.class);

  /** At the very limit small messages find room and large ones don't: that is one full store. */
  static final Duration CALM = Duration.ofSeconds(10);

  /** Nobody saved anything, so nobody knows. */
  static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

  static final Duration TELL_EVERY = Duration.ofMinutes(1);

  private final Supplier<Optional<String>> disk;
  private final LongSupplier nanoTime;

  /** Read by each publish. */
  private volatile Optional<String> diskFull = Optional.empty();

  private volatile @Nullable Refusal refusal;

  /** Guarded by this, as all below. */
  private boolean told;

  private long toldAt;
  private long since;

  /**
   * A store that is full, as JetStream said it.
   *
   * @param storedSince whether a message was stored after it
   */
  private record Refusal(String why, long at, boolean storedSince) {}

  /**
   * @param disk why the disk has no room; asked by whoever calls {@link #look}
   */
  public StorageSpace(Supplier<Optional<String>> disk) {
    this(disk, System::nanoTime);
  }

  public StorageSpace(Supplier<Optional<String>> disk, LongSupplier nanoTime) {
    this.disk = disk;
    this.nanoTime = nanoTime;
  }

  /** Learns from the answer to a publish. Returns what it was given. */
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
    tell();
  }

  void stored() {
    Refusal last = refusal;
    if (last != null && !last.storedSince()) {
      refusal = new Refusal(last.why(), last.at(), true);
    }
  }

  /** Why nothing is to be published but what makes room. */
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

  /** Looks at the disk, and at how long ago the last save was refused. */
  public void look() {
    diskFull = disk.get();
    Refusal last = refusal;
    if (last != null) {
      Duration ago = Duration.ofNanos(nanoTime.getAsLong() - last.at());
      if (ago.compareTo(last.storedSince() ? CALM : FORGOTTEN_AFTER) >= 0) {
        refusal = null;
      }
    }
    tell();
  }

  private synchronized void tell() {
    Optional<String> why = whyFull();
    long now = nanoTime.getAsLong();
    if (why.isEmpty()) {
      if (told) {
        told = false;
        LOG.info("the store is no longer full, after {} s", seconds(now - since));
      }
    } else if (!told) {
      told = true;
      since = now;
      toldAt = now;
      LOG.error(
          "the store is full: saves fail with STORE_FULL, reads, subscriptions and deletions still work:"
              + " {}",
          why.get());
    } else if (now - toldAt >= TELL_EVERY.toNanos()) {
      toldAt = now;
      LOG.error("the store has been full for {} s: {}", seconds(now - since), why.get());
    }
  }

  private static long seconds(long nanos) {
    return Duration.ofNanos(nanos).toSeconds();
  }
}
