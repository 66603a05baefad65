package dev.aether.server.codec;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.UUID;

/**
 * Generates UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then random bits. Thread-safe.
 */
public final class UuidV7 {
  private static final ThreadLocal<RandomBits> RANDOM = ThreadLocal.withInitial(RandomBits::new);

  private UuidV7() {}

  /** A new UUID, with the time of this machine's clock. */
  public static UUID next() {
    RandomBits random = RANDOM.get();
    long high = (System.currentTimeMillis() << 16) | 0x7000 | (random.next() & 0x0fff);
    long low = (random.next() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }

  /** Fetches many random bits at a time, since fetching a few costs as much. Not thread-safe. */
  private static final class RandomBits {
    private static final int BYTES = 128 * Long.BYTES;

    private final SecureRandom source = new SecureRandom();
    private final ByteBuffer bits = ByteBuffer.allocate(BYTES).limit(0);

    long next() {
      if (!bits.hasRemaining()) {
        source.nextBytes(bits.clear().array());
      }
      return bits.getLong();
    }
  }
}
