package dev.aether.server.codec;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.UUID;

/**
 * Makes UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then random bits. For any number of
 * threads.
 */
public final class UuidV7 {
  private static final ThreadLocal<RandomBits> RANDOM = ThreadLocal.withInitial(RandomBits::new);

  private UuidV7() {}

  /** A new one, by this machine's clock. */
  public static UUID next() {
    RandomBits random = RANDOM.get();
    long high = (System.currentTimeMillis() << 16) | 0x7000 | (random.next() & 0x0fff);
    long low = (random.next() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }

  /** Many at once, as asking for a few costs as much. For one thread. */
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
