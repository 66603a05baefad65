package dev.aether.server.codec;

import java.security.SecureRandom;
import java.util.UUID;

/**
 * Makes UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then random bits. For any number of
 * threads.
 */
public final class UuidV7 {
  private static final ThreadLocal<SecureRandom> RANDOM =
      ThreadLocal.withInitial(SecureRandom::new);

  private UuidV7() {}

  /** A new one, by this machine's clock. */
  public static UUID next() {
    SecureRandom random = RANDOM.get();
    long high = (System.currentTimeMillis() << 16) | 0x7000 | (random.nextInt() & 0x0fff);
    long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }
}
