package dev.aether.server.grpc.tokens;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The envelope of everything that clients hand back unchanged, which are cursors and page tokens:
 * base64url of a format byte, a body and a CRC-32C of both.
 */
final class TokenEnvelope {
  private static final int CHECKSUM_BYTES = Integer.BYTES;

  private final byte format;
  private final byte[] body;

  TokenEnvelope(byte format, byte[] body) {
    this.format = format;
    this.body = body;
  }

  byte format() {
    return format;
  }

  byte[] body() {
    return body;
  }

  /** The token, as clients see it. */
  String encode() {
    ByteBuffer bytes = ByteBuffer.allocate(1 + body.length + CHECKSUM_BYTES).put(format).put(body);
    bytes.putInt(checksum(bytes.array(), 1 + body.length));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /**
   * Opens a token.
   *
   * @param maxLength a longer text is not decoded
   * @return empty if it is damaged
   */
  static Optional<TokenEnvelope> decode(String token, int maxLength) {
    if (token.length() > maxLength) {
      return Optional.empty();
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    int end = bytes.length - CHECKSUM_BYTES;
    return end >= 1 && ByteBuffer.wrap(bytes).getInt(end) == checksum(bytes, end)
        ? Optional.of(new TokenEnvelope(bytes[0], Arrays.copyOfRange(bytes, 1, end)))
        : Optional.empty();
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** A hash that binds a token to the query or the pattern that it was issued for. */
  static long hash(String query) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(query.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
