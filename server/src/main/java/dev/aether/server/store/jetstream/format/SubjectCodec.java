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
 * The names of streams and subjects. They must never change.
 *
 * <p>An actor's subject is {@code aether.e.INCARNATION.PARTITION.} followed by the actor's id: dots
 * are kept, each UTF-8 byte other than {@code A-Z a-z 0-9 _ -} becomes {@code %XX}, and an empty
 * token becomes a single {@code %}. Each actor has a subject of its own, and none contains a
 * wildcard.
 */
public final class SubjectCodec {
  /** The common prefix of all subjects of Aether. */
  static final String ROOT = "aether";

  private static final String EVENTS = ROOT + ".e.";
  private static final String SNAPSHOTS = ROOT + ".s.";
  private static final String BROADCASTS = ROOT + ".b.";

  /** The broadcasts of all namespaces. No stream stores them. */
  public static final String ALL_BROADCASTS = BROADCASTS + ">";

  private SubjectCodec() {}

  /**
   * {@code AETHER-INCARNATION-PARTITION-NAMESPACE}, with {@code +} for the dots of the namespace,
   * which operators can read.
   */
  public static String stream(LogId log) {
    return "AETHER-"
        + log.incarnation()
        + "-"
        + log.partition()
        + "-"
        + log.namespace().name().replace('.', '+');
  }

  /** Whether a stream's name is that of a log, for any incarnation of a namespace. */
  public static boolean isLogOf(Namespace namespace, String stream) {
    String[] parts = stream.split("-", 4);
    return parts.length == 4
        && parts[0].equals("AETHER")
        && !parts[1].equals("SNAPSHOTS")
        && parts[3].equals(namespace.name().replace('.', '+'));
  }

  /** The common prefix of the subjects of a log's actors. */
  public static String prefix(LogId log) {
    return EVENTS + log.incarnation() + "." + log.partition() + ".";
  }

  /** The subject of an actor; no other actor has it. */
  public static String subject(LogId log, ActorId actor) {
    return prefix(log) + ActorTokens.encode(actor.value());
  }

  /**
   * The stream of an incarnation's snapshots: {@code AETHER-SNAPSHOTS-INCARNATION-NAMESPACE}, with
   * {@code +} for the dots of the namespace.
   */
  public static String snapshotStream(Namespaces.Info namespace) {
    return "AETHER-SNAPSHOTS-"
        + namespace.incarnation()
        + "-"
        + namespace.namespace().name().replace('.', '+');
  }

  /** The common prefix of the subjects of all snapshots of an incarnation. */
  public static String snapshotPrefix(Namespaces.Info namespace) {
    return SNAPSHOTS + namespace.incarnation() + ".";
  }

  /** The common prefix of the subjects of the snapshots of a log's actors. */
  public static String snapshotPrefix(LogId log) {
    return SNAPSHOTS + log.incarnation() + "." + log.partition() + ".";
  }

  /** The subject of an actor's snapshot, with tokens as in {@link #subject}. */
  public static String snapshotSubject(LogId log, ActorId actor) {
    return snapshotPrefix(log) + ActorTokens.encode(actor.value());
  }

  /** The subject of a namespace's broadcasts, whether the namespace exists or not. */
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
