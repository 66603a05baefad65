package dev.aether.bench.durable;

import dev.aether.bench.driver.Driver;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** A driver some of whose appends expect an old version and are refused. */
final class WithConflicts implements Driver {
  private static final int PERCENT = 100;

  private final Driver driver;
  private final int conflicts;
  private final AtomicLong refused = new AtomicLong();

  /** The actors that have a commit. */
  private final BitSet begun = new BitSet();

  /**
   * Wraps a driver.
   *
   * @param conflicts the percentage of appends that expect an old version
   */
  WithConflicts(Driver driver, int conflicts) {
    this.driver = driver;
    this.conflicts = conflicts;
  }

  @Override
  public String name() {
    return driver.name();
  }

  @Override
  public boolean isAether() {
    return driver.isAether();
  }

  @Override
  public int eventsPerCommit() {
    return driver.eventsPerCommit();
  }

  @Override
  public CompletableFuture<?> append(int actor) {
    boolean stale = ThreadLocalRandom.current().nextInt(PERCENT) < conflicts;
    if (stale && hasBegun(actor)) {
      refused.incrementAndGet();
      return driver.appendStale(actor);
    }
    return driver.append(actor).thenRun(() -> begin(actor));
  }

  private boolean hasBegun(int actor) {
    synchronized (begun) {
      return begun.get(actor);
    }
  }

  private void begin(int actor) {
    synchronized (begun) {
      begun.set(actor);
    }
  }

  /** The appends that are stored or were refused as expected. */
  @Override
  public long stored() throws Exception {
    return driver.stored() + refused.get();
  }

  @Override
  public void close() {
    driver.close();
  }
}
