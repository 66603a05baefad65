package dev.aether.server.embedded;

import java.io.File;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Checks whether the disk of a folder is full. It counts as full before the last byte is used,
 * since deleting data needs some space too, and since a stream that has run into a full disk is
 * stuck until nats-server is restarted. Not thread-safe.
 */
final class DiskRoom {
  /** A disk with less free space than this is full. */
  static final long LEAST_FREE_BYTES = 64L << 20;

  /** A small disk is full if less than 1 / 16 of it is free. */
  private static final int LEAST_FREE_PART = 16;

  /**
   * A full disk must have this many times as much free space to count as no longer full, so that
   * the state does not flap.
   */
  private static final int ROOM_AGAIN = 2;

  private final File folder;
  private final LongSupplier usable;
  private final long leastFree;
  private boolean full;

  DiskRoom(File folder, DiskSpace space) {
    this(folder, space::free, space.total());
  }

  DiskRoom(File folder, LongSupplier usable, long total) {
    this.folder = folder;
    this.usable = usable;
    this.leastFree = Math.min(LEAST_FREE_BYTES, total / LEAST_FREE_PART);
  }

  /** Why the disk is full; empty if it is not. */
  Optional<String> whyFull() {
    long free = usable.getAsLong();
    full = free < (full ? ROOM_AGAIN * leastFree : leastFree);
    return full
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "the disk of %s has only %d MiB free, saves need %d MiB",
                folder,
                free >> 20,
                (ROOM_AGAIN * leastFree) >> 20))
        : Optional.empty();
  }
}
