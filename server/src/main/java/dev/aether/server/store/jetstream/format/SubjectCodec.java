package dev.aether.server.store.jetstream.format;

import dev.aether.server.codec.ActorTokens;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.Namespaces;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Names of streams and subjects. They are for ever.
 *
 * <p>An actor's subject is {@code aether.e.INCARNATION.PARTITION.} and the actor's id: dots stay
 * dots, bytes other than {@code A-Z a-z 0-9 _ -} become {@code %XX} of their UTF-8, and an empty
 * token becomes a lone {@code %}. No two actors share a subject, and no actor's subject has a
 * wildcard.
 */
public final class SubjectCodec {
  /** Everything of Aether lies below this subject. */
  static final String ROOT = "aether";

  private static final String EVENTS = ROOT + ".e.";
  private static final String SNAPSHOTS = ROOT + ".s.";
  private static final String BROADCASTS = ROOT + ".b.";

  /** The broadcasts of all namespaces. No stream keeps them. */
  public static final String ALL_BROADCASTS = BROADCASTS + ">";

  private SubjectCodec() {}

  /**
   * {@code AETHER-INCARNATION-PARTITION-NAMESPACE}, with the namespace's dots as {@code +}, for
   * operators' eyes.
   */
  public static String stream(LogId log) {
    return "AETHER-"
        + log.incarnation()
        + "-"
        + log.partition()
        + "-"
        + log.namespace().name().replace('.', '+');
  }

  /** Whether a stream's name is that of a log of some incarnation of a namespace. */
  public static boolean isLogOf(Namespace namespace, String stream) {
    String[] parts = stream.split("-", 4);
    return parts.length == 4
        && parts[0].equals("AETHER")
        && !parts[1].equals("SNAPSHOTS")
        && parts[3].equals(namespace.name().replace('.', '+'));
  }

  /** What the subjects of a log's actors begin with. */
  public static String prefix(LogId log) {
    return EVENTS + log.incarnation() + "." + log.partition() + ".";
  }

  /** The subject of an actor, which no other actor has. */
  public static String subject(LogId log, ActorId actor) {
    return prefix(log) + ActorTokens.encode(actor.value());
  }

  /**
   * The stream of an incarnation's snapshots: {@code AETHER-SNAPSHOTS-INCARNATION-NAMESPACE}, with
   * the namespace's dots as {@code +}.
   */
  public static String snapshotStream(Namespaces.Info namespace) {
    return "AETHER-SNAPSHOTS-"
        + namespace.incarnation()
        + "-"
        + namespace.namespace().name().replace('.', '+');
  }

  /** What the subjects of all snapshots of an incarnation begin with. */
  public static String snapshotPrefix(Namespaces.Info namespace) {
    return SNAPSHOTS + namespace.incarnation() + ".";
  }

  /** What the subjects of the snapshots of a log's actors begin with. */
  public static String snapshotPrefix(LogId log) {
    return SNAPSHOTS + log.incarnation() + "." + log.partition() + ".";
  }

  /** The subject of an actor's snapshot, with tokens as those of {@link #subject}. */
  public static String snapshotSubject(LogId log, ActorId actor) {
    return snapshotPrefix(log) + ActorTokens.encode(actor.value());
  }

  /** Where a namespace's broadcasts go, whether anybody made it or not. */
  public static String broadcastSubject(Namespace namespace) {
    return BROADCASTS + namespace.name();
  }

  /** The actor of a subject; empty if no actor of the log has that subject. */
  public static Optional<ActorId> actor(LogId log, String subject) {
    String prefix = prefix(log);
    if (!subject.startsWith(prefix)) {
      return Optional.empty();
    }
    String encoded = subject.substring(prefix.length());
    return decode(encoded)
        .filter(id -> ActorId.violation(id).isEmpty())
        .map(ActorId::new)
        .filter(actor -> subject(log, actor).equals(subject));
  }

  private static Optional<String> decode(String encoded) {
    if (encoded.indexOf('%') < 0) {
      return Optional.of(encoded);
    }
    ByteBuffer bytes = ByteBuffer.allocate(encoded.length() * 3);
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c != '%') {
        bytes.put((byte) c);
      } else if (i + 1 < encoded.length() && encoded.charAt(i + 1) != '.') {
        if (i + 2 >= encoded.length()
            || !HexFormat.isHexDigit(encoded.charAt(i + 1))
            || !HexFormat.isHexDigit(encoded.charAt(i + 2))) {
          return Optional.empty();
        }
        bytes.put((byte) HexFormat.fromHexDigits(encoded, i + 1, i + 3));
        i += 2;
      }
    }
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip());
      return Optional.of(text.toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
