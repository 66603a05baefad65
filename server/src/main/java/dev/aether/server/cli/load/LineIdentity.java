package dev.aether.server.cli.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Derives the ids of lines that have none. They depend on the actor, the text and the number of
 * earlier occurrences of that text, so the same file always results in the same ids. Used by one
 * thread.
 */
final class LineIdentity {
  private static final int ID_BYTES = 16;

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

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

  /** Whether this is the first call for the actor. */
  boolean isNew(ActorKey actor) {
    if (actor.equals(lastActor)) {
      return false; // In many files an actor's lines are consecutive.
    }
    lastActor = actor;
    return occurrences.next(mixed(actor.hashCode(), actor.actorId())) == 1;
  }

  /**
   * The line's event, with a derived id if it has none. Must be called once for each line, in
   * order.
   *
   * @throws IllegalStateException if there are too many different lines
   */
  ImportEvent event(ImportLine line) {
    if (!line.eventId().isEmpty()) {
      byte[] digest = digest("id", line.namespace(), line.actorId(), line.eventId());
      return new ImportEvent(line, line.eventId(), occurrences.next(key(digest)));
    }
    byte[] digest = digest("line", line.actorId(), line.text().strip());
    return new ImportEvent(line, name(digest, occurrences.next(key(digest))), 1);
  }

  /**
   * A commit id for a line that has none: the same as its event id if that is derived from the
   * line.
   */
  String commitId(ImportEvent event) {
    ImportLine line = event.line();
    return line.eventId().isEmpty()
        ? event.eventId()
        : name(digest("line", line.actorId(), line.text().strip()), event.occurrence());
  }

  /**
   * A 64-bit hash (FNV-1a) of a text, which takes less time than a digest. Two actors with the same
   * hash would be counted as one.
   */
  private static long mixed(int start, String text) {
    long hash = FNV_OFFSET ^ start;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return hash ^ hash >>> Integer.SIZE;
  }

  private byte[] digest(String... parts) {
    // In one piece, since each update has a cost.
    return sha256.digest((String.join("\0", parts) + '\0').getBytes(StandardCharsets.UTF_8));
  }

  private static long key(byte[] digest) {
    return ByteBuffer.wrap(digest).getLong();
  }

  /** 22 characters, followed by the number of the occurrence from the second on. */
  private static String name(byte[] digest, int occurrence) {
    String name =
        Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, ID_BYTES));
    return occurrence == 1 ? name : name + "." + occurrence;
  }
}
