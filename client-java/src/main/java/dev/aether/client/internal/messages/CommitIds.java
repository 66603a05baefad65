package dev.aether.client.internal.messages;

import dev.aether.client.SaveCommand;
import java.security.SecureRandom;
import java.util.UUID;

/** Creates commit ids as UUIDv7, which sort by the millisecond of their creation. */
public final class CommitIds {
  private static final SecureRandom RANDOM = new SecureRandom();

  private CommitIds() {}

  /** The command with a commit id: its own, or a new one if it has none. */
  public static SaveCommand named(SaveCommand command) {
    return command.commitId().isEmpty()
        ? new SaveCommand(
            command.actorId(),
            command.expected(),
            command.events(),
            next(),
            command.retry(),
            command.maxMissedEvents(),
            command.settings())
        : command;
  }

  /** A new id. */
  public static String next() {
    byte[] random = new byte[10];
    RANDOM.nextBytes(random);
    long high =
        System.currentTimeMillis() << 16 | 0x7000 | (random[8] & 0x0fL) << 8 | random[9] & 0xffL;
    long low = 0;
    for (int i = 0; i < 8; i++) {
      low = low << 8 | random[i] & 0xffL;
    }
    low = low & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }
}
