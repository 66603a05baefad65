package dev.aether.server.ops;

import java.util.Optional;

/** Warns before a disk is full. */
public final class DiskWatch {
  /** Less than this part of the disk is little: twice what the private nats-server leaves free. */
  private static final int LITTLE_PART = 10;

  /** On a large disk, less than this is little. */
  private static final long LITTLE_BYTES = 20L << 30;

  private DiskWatch() {}

  /**
   * Why a disk is nearly full; empty if it is not.
   *
   * @param free what can still be used, in bytes
   * @param total its size in bytes
   */
  public static Optional<String> whyLow(long free, long total) {
    long little = Math.min(total / LITTLE_PART, LITTLE_BYTES);
    return free < little
        ? Optional.of((free >> 20) + " MiB free, less than " + (little >> 20) + " MiB")
        : Optional.empty();
  }
}
