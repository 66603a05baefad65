package dev.aether.faults.history;

import java.nio.charset.StandardCharsets;

/** Hashes of 64 bits (FNV-1a), by which events are compared. */
public final class Content {
  private static final long SEED = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  /** The hash of no events. */
  public static final long NONE = SEED;

  private Content() {}

  /** The hash of one event. */
  public static long of(String eventId, String eventType, byte[] data) {
    long hash = add(SEED, eventId.getBytes(StandardCharsets.UTF_8));
    return add(add(hash, eventType.getBytes(StandardCharsets.UTF_8)), data);
  }

  /** Adds the next event's hash to the hash of the events before it. */
  public static long fold(long before, long event) {
    return (before * 31 + event) * PRIME;
  }

  private static long add(long before, byte[] bytes) {
    long hash = before;
    for (byte each : bytes) {
      hash = (hash ^ (each & 0xff)) * PRIME;
    }
    return (hash ^ bytes.length) * PRIME;
  }
}
