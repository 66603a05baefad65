package dev.aether.server.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tokens that the server knows, by their SHA-256. A token consists of 256 random bits, so its
 * hash cannot be searched for, and needs no salt. Immutable.
 *
 * <p>The text has one line {@code NAME: HASH} for each token; a name may have several, so that a
 * token can be replaced while the old one is still in use. {@code #} begins a comment.
 */
public final class Tokens {
  /** So that people, and scanners for secrets, recognise a token. */
  static final String PREFIX = "aether_";

  private static final int BYTES = 32;
  private static final Pattern LINE =
      Pattern.compile("([A-Za-z0-9][A-Za-z0-9._@/-]{0,127})\\s*:\\s*([0-9a-fA-F]{64})");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Map<String, String> names;

  private Tokens(Map<String, String> names) {
    this.names = names;
  }

  /**
   * @param source names the text in errors
   * @throws SecurityFileException if a line is invalid
   */
  static Tokens parse(String source, List<String> lines) {
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher parts = LINE.matcher(line);
      if (!parts.matches()) {
        // The line may contain a token by mistake, so it is not quoted.
        throw new SecurityFileException(
            source
                + ", line "
                + (i + 1)
                + ": a line must be NAME: HASH, as printed by \"aether token new NAME\"");
      }
      String other =
          names.put(
              HexFormat.of().formatHex(HexFormat.of().parseHex(parts.group(2))), parts.group(1));
      if (other != null && !other.equals(parts.group(1))) {
        throw new SecurityFileException(
            source + ", line " + (i + 1) + ": " + other + " has the same token");
      }
    }
    return new Tokens(Map.copyOf(names));
  }

  /** The name of a token, if it is known. */
  Optional<String> name(String token) {
    return Optional.ofNullable(names.get(hash(token)));
  }

  /** A new random token. */
  public static String random() {
    byte[] secret = new byte[BYTES];
    RANDOM.nextBytes(secret);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  /** The line of the server's file for a token. */
  public static String line(String name, String token) {
    String line = name + ": " + hash(token);
    if (!LINE.matcher(line).matches()) {
      throw new IllegalArgumentException(
          "a name consists of at most 128 letters, digits and . _ @ / -, and begins with a letter or"
              + " digit");
    }
    return line;
  }

  private static String hash(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
