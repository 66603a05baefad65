package dev.aether.server.ops;

import java.io.File;
import java.util.Optional;

/** Warns before a disk is full. */
final class DiskWatch {
  /** Less than this part of the disk is little: twice what the private nats-server leaves free. */
  private static final int LITTLE_PART = 10;

  /** On a large disk, less than this is little. */
  private static final long LITTLE_BYTES = 20L << 30;

  private DiskWatch() {}

  /** Why the disk of a folder is nearly full; empty if it is not. */
  static Optional<String> whyLow(File folder) {
    return whyLow(folder.getUsableSpace(), folder.getTotalSpace());
  }

  static Optional<String> whyLow(long free, long total) {
    long little = Math.min(total / LITTLE_PART, LITTLE_BYTES);
    return free < little
        ? Optional.of((free >> 20) + " MiB free, less than " + (little >> 20) + " MiB")
        : Optional.empty();
  }
}
