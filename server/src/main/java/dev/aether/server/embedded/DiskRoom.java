package dev.aether.server.embedded;

import java.io.File;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether the disk under a folder has room. Full begins before the last byte: what makes room needs
 * some, and nats-server leaves a stream that met a full disk stuck until its next start. For one
 * thread.
 */
final class DiskRoom {
  /** Full is less than this, on a disk that is not small. */
  static final long LEAST_FREE_BYTES = 64L << 20;

  /** Of a small disk, full is less than this part. */
  private static final int LEAST_FREE_PART = 16;

  /** No longer full is so many times as much: else it would be both by turns. */
  private static final int ROOM_AGAIN = 2;

  private final File folder;
  private final LongSupplier usable;
  private final long leastFree;
  private boolean full;

  DiskRoom(File folder) {
    this(folder, folder::getUsableSpace, folder.getTotalSpace());
  }

  DiskRoom(File folder, LongSupplier usable, long total) {
    this.folder = folder;
    this.usable = usable;
    this.leastFree = Math.min(LEAST_FREE_BYTES, total / LEAST_FREE_PART);
  }

  /** Why there is no room; empty if there is, or if the file system does not say. */
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
