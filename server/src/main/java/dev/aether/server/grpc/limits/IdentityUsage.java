package dev.aether.server.grpc.limits;

import dev.aether.server.event.StoreException;
import dev.aether.server.security.ClientLimits;
import io.grpc.Context;
import java.time.Duration;

/** What one identity uses of the node, on all its connections. Thread-safe. */
public final class IdentityUsage {
  /** Without authentication, callers are only limited by their connection and address. */
  static final IdentityUsage UNLIMITED = new IdentityUsage(ClientLimits.Identities.NONE);

  private static final Context.Key<IdentityUsage> CURRENT =
      Context.keyWithDefault("aether-identity-usage", UNLIMITED);

  private static final Duration RETRY_CALL_AFTER = Duration.ofSeconds(1);

  /** Otherwise a stream of small saves would be resumed for each of them. */
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(10);

  private final ClientLimits.Identities limits;
  private final boolean limitsSaves;

  /** Guarded by this, like the fields below. */
  private final TokenBucket saves;

  private final TokenBucket saveBytes;
  private int calls;
  private int subscriptions;
  private int reads;

  IdentityUsage(ClientLimits.Identities limits) {
    this.limits = limits;
    limitsSaves = limits.savesPerSecond() > 0 || limits.saveBytesPerSecond() > 0;
    long now = System.nanoTime();
    saves = new TokenBucket(limits.savesPerSecond(), now);
    saveBytes = new TokenBucket(limits.saveBytesPerSecond(), now);
  }

  /** What the caller of the current call uses. */
  public static IdentityUsage current() {
    return CURRENT.get();
  }

  /** A context in which {@link #current} returns this object. */
  Context in(Context context) {
    return this == UNLIMITED ? context : context.withValue(CURRENT, this);
  }

  /** Kinds of calls that are limited for each identity. */
  enum Kind {
    SUBSCRIPTION,
    READ,
    OTHER
  }

  /**
   * Admits a call.
   *
   * @throws StoreException.Overloaded if the identity has reached its limit
   */
  synchronized ConnectionUsage.Permit admit(Kind kind) {
    switch (kind) {
      case SUBSCRIPTION -> {
        refuseAbove(
            subscriptions,
            limits.subscriptions(),
            "--max-subscriptions-per-identity",
            "open subscriptions");
        subscriptions++;
      }
      case READ -> {
        refuseAbove(reads, limits.reads(), "--max-reads-per-identity", "unfinished reads");
        reads++;
      }
      case OTHER -> {}
    }
    calls++;
    return () -> leave(kind);
  }

  private static void refuseAbove(int open, int max, String option, String what) {
    if (max > 0 && open >= max) {
      throw new StoreException.Overloaded(
          option, what + " of one identity, limited to " + max, RETRY_CALL_AFTER);
    }
  }

  private synchronized void leave(Kind kind) {
    calls--;
    switch (kind) {
      case SUBSCRIPTION -> subscriptions--;
      case READ -> reads--;
      case OTHER -> {}
    }
  }

  /**
   * Admits a save now.
   *
   * @throws StoreException.Overloaded if the identity has saved as much as it may
   */
  public void admitSave(int bytes) {
    if (limitsSaves) {
      admitLimitedSave(bytes);
    }
  }

  private synchronized void admitLimitedSave(int bytes) {
    long now = System.nanoTime();
    refuse(saves.untilSome(now), "--max-saves-per-second", "saves", limits.savesPerSecond());
    refuse(
        saveBytes.untilSome(now),
        "--max-save-bytes-per-second",
        "bytes of saves",
        limits.saveBytesPerSecond());
    saves.take(1);
    saveBytes.take(bytes);
  }

  private static void refuse(Duration wait, String option, String what, long max) {
    if (!wait.isZero()) {
      throw new StoreException.Overloaded(
          option, what + " of one identity, limited to " + max + " a second", wait);
    }
  }

  /** Counts a save that was not refused, since its stream waits after it. */
  public void countSave(int bytes) {
    if (limitsSaves) {
      synchronized (this) {
        saves.take(1);
        saveBytes.take(bytes);
      }
    }
  }

  /** Counts bytes that a save has besides its request, and that do not make it fail. */
  public void countSaveBytes(long bytes) {
    if (limitsSaves) {
      synchronized (this) {
        saveBytes.take(bytes);
      }
    }
  }

  /** How long a stream has to wait until it may read the next save; zero if it may now. */
  public Duration untilNextSave() {
    return limitsSaves ? untilNextLimitedSave() : Duration.ZERO;
  }

  private synchronized Duration untilNextLimitedSave() {
    long now = System.nanoTime();
    Duration wait = max(saves.untilSome(now), saveBytes.untilSome(now));
    return wait.isZero() ? wait : max(wait, SHORTEST_WAIT);
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** Whether forgetting it would change nothing. */
  synchronized boolean isIdle() {
    long now = System.nanoTime();
    return calls == 0 && saves.isFull(now) && saveBytes.isFull(now);
  }
}
