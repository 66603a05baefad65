package dev.aether.server.cli.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Names what has no name: a line's ids are made from its actor, its text and which occurrence of
 * that text it is, so that the same file gives the same ids each time. Used by one thread.
 */
final class LineIdentity {
  private static final int ID_BYTES = 16;

  private final Occurrences occurrences = new Occurrences();
  private final MessageDigest sha256;
  private @Nullable ActorKey lastActor;

  LineIdentity() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Whether it is the first time that this is asked for the actor. */
  boolean isNew(ActorKey actor) {
    if (actor.equals(lastActor)) {
      return false; // Many files have an actor's lines together.
    }
    lastActor = actor;
    return occurrences.next(key(digest("actor", actor.namespace(), actor.actorId()))) == 1;
  }

  /**
   * The line's event, its id made where it has none. To be asked once for each line, in order.
   *
   * @throws IllegalStateException when there are more lines than can be told apart
   */
  ImportEvent event(ImportLine line) {
    if (!line.eventId().isEmpty()) {
      byte[] digest = digest("id", line.namespace(), line.actorId(), line.eventId());
      return new ImportEvent(line, line.eventId(), occurrences.next(key(digest)));
    }
    byte[] digest = digest("line", line.actorId(), line.text().strip());
    return new ImportEvent(line, name(digest, occurrences.next(key(digest))), 1);
  }

  /** A commit id for a line that has none: like its event id where that is made from the line. */
  String commitId(ImportEvent event) {
    ImportLine line = event.line();
    return line.eventId().isEmpty()
        ? event.eventId()
        : name(digest("line", line.actorId(), line.text().strip()), event.occurrence());
  }

  private byte[] digest(String... parts) {
    // In one piece: each update has a price of its own.
    return sha256.digest((String.join("\0", parts) + '\0').getBytes(StandardCharsets.UTF_8));
  }

  private static long key(byte[] digest) {
    return ByteBuffer.wrap(digest).getLong();
  }

  /** 22 characters, and the occurrence's number from the second on. */
  private static String name(byte[] digest, int occurrence) {
    String name =
        Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, ID_BYTES));
    return occurrence == 1 ? name : name + "." + occurrence;
  }
}
