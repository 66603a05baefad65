package dev.aether.client.internal.validation;

import dev.aether.client.InvalidArgumentException;
import java.time.Instant;
import java.util.Map;

/**
 * Checks values against the protocol's rules that hold for every server. A violation is reported
 * where the value is created, with the caller's stack trace, instead of a round trip later. The
 * server checks the same rules again.
 */
public final class Validation {
  /** Maximum size of actor ids and event types. */
  private static final int NAME_BYTES = 256;

  /** Maximum size of event ids, command ids and content types. */
  private static final int SHORT_TEXT_BYTES = 256;

  private static final int COMMIT_ID_CHARS = 64;
  private static final int NAMESPACE_CHARS = 64;
  private static final int METADATA_KEYS = 64;
  private static final int METADATA_BYTES = 16 * 1024;
  private static final int EVENTS_PER_COMMIT = 1000;
  private static final Instant YEAR_1 = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

  private Validation() {}

  /** Returns the actor id if it is valid. */
  public static String actorId(String id) {
    checkName("actorId", id);
    return id;
  }

  /** Accepts 1 to 256 bytes of UTF-8 without control characters. */
  public static void checkName(String field, String name) {
    if (name.isEmpty()) {
      throw new InvalidArgumentException(field, "is empty");
    }
    checkBytes(field, Utf8.utf8Bytes(field, name), NAME_BYTES);
    for (int i = 0; i < name.length(); i++) {
      if (Character.getType(name.charAt(i)) == Character.CONTROL) {
        throw new InvalidArgumentException(field, "contains a control character at index " + i);
      }
    }
  }

  public static void checkShortText(String field, String text) {
    checkBytes(field, Utf8.utf8Bytes(field, text), SHORT_TEXT_BYTES);
  }

  /**
   * Accepts 1 to 64 characters of {@code [A-Za-z0-9_.:-]}, or an empty id, for which the client
   * creates one.
   */
  public static void checkCommitId(String id) {
    if (id.length() > COMMIT_ID_CHARS) {
      throw new InvalidArgumentException(
          "commitId", "is longer than " + COMMIT_ID_CHARS + " characters");
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (!isNameCharacter(c) && c != '.' && c != ':') {
        throw new InvalidArgumentException("commitId", "may contain only A-Z a-z 0-9 _ . : -");
      }
    }
  }

  /**
   * Returns the namespace if it is valid: tokens of {@code [A-Za-z0-9_-]} joined by dots, at most
   * 64 bytes; empty for the default namespace.
   */
  public static String namespace(String name) {
    if (name.length() > NAMESPACE_CHARS) {
      throw new InvalidArgumentException(
          "namespace", "is longer than " + NAMESPACE_CHARS + " characters");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '.' && !isNameCharacter(c)) {
        throw new InvalidArgumentException(
            "namespace", "must consist of tokens of A-Z a-z 0-9 _ - joined by dots");
      }
    }
    if (name.startsWith(".") || name.endsWith(".") || name.contains("..")) {
      throw new InvalidArgumentException("namespace", "contains an empty token");
    }
    return name;
  }

  private static boolean isNameCharacter(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '_'
        || c == '-';
  }

  public static void checkMetadata(Map<String, String> metadata) {
    if (metadata.size() > METADATA_KEYS) {
      throw new InvalidArgumentException(
          "metadata", "has " + metadata.size() + " keys (maximum " + METADATA_KEYS + ")");
    }
    long bytes = 0;
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      bytes += Utf8.utf8Bytes("metadata", entry.getKey());
      bytes += Utf8.utf8Bytes("metadata", entry.getValue());
    }
    checkBytes("metadata", bytes, METADATA_BYTES);
  }

  public static void checkTimestamp(Instant timestamp) {
    if (timestamp.isBefore(YEAR_1) || !timestamp.isBefore(YEAR_10000)) {
      throw new InvalidArgumentException("timestamp", "must be in the years 1 to 9999");
    }
  }

  public static void checkEventCount(int events) {
    if (events == 0) {
      throw new InvalidArgumentException("events", "is empty");
    }
    if (events > EVENTS_PER_COMMIT) {
      throw new InvalidArgumentException(
          "events", "has " + events + " events (maximum " + EVENTS_PER_COMMIT + ")");
    }
  }

  public static void checkJson(String field, String text) {
    int fault = JsonSyntax.faultIn(text);
    if (fault >= 0) {
      throw new InvalidArgumentException(
          field,
          fault < text.length()
              ? "is not valid JSON at index " + fault
              : "is not valid JSON: unexpected end");
    }
  }

  private static void checkBytes(String field, long bytes, int most) {
    if (bytes > most) {
      throw new InvalidArgumentException(
          field, "is " + bytes + " bytes long (maximum " + most + ")");
    }
  }
}
