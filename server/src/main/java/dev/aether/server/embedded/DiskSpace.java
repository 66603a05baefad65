package dev.aether.server.embedded;

import dev.aether.server.concurrent.Ticker;
import java.io.File;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The space of the disk of a folder. A thread of its own reads it regularly, because a disk that
 * hangs, such as a network drive without its server, blocks whoever asks; everybody else gets the
 * last figures. Thread-safe.
 */
public final class DiskSpace implements AutoCloseable {
  private static final Duration READ_EVERY = Duration.ofMillis(250);

  private final LongSupplier readFree;
  private final LongSupplier readTotal;
  private final Ticker ticker = new Ticker("aether-disk");
  private volatile long free;
  private volatile long total;

  /** Reads it once. Blocks meanwhile. */
  DiskSpace(File folder) {
    this(folder::getUsableSpace, folder::getTotalSpace);
  }

  DiskSpace(LongSupplier readFree, LongSupplier readTotal) {
    this.readFree = readFree;
    this.readTotal = readTotal;
    read();
    ticker.every(READ_EVERY, "read the space of the disk", this::read);
  }

  private void read() {
    free = readFree.getAsLong();
    total = readTotal.getAsLong();
  }

  /** Free space that this process may use, in bytes. */
  public long free() {
    return free;
  }

  /** The size of the disk in bytes. */
  public long total() {
    return total;
  }

  @Override
  public void close() {
    ticker.close();
  }
}
