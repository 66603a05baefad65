package dev.aether.server.grpc.tokens;

import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * The page token of ListNamespaces: base64url of a format byte (1), the last name of the previous
 * page, and a CRC-32C of both and of the pattern, which detects a token of another list.
 */
public final class NamespacePageToken {
  private static final byte FORMAT = 1;
  private static final int CHECKSUM_BYTES = Integer.BYTES;
  private static final int MAX_TEXT = 256;

  private final NamePattern pattern;

  public NamespacePageToken(NamePattern pattern) {
    this.pattern = pattern;
  }

  /** The token of the page that follows a name. */
  public String after(Namespace last) {
    byte[] name = last.name().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(1 + name.length + CHECKSUM_BYTES).put(FORMAT).put(name);
    bytes.putInt(checksum(Arrays.copyOf(bytes.array(), 1 + name.length)));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  private int checksum(byte[] formatAndName) {
    CRC32C crc = new CRC32C();
    crc.update(formatAndName);
    crc.update(pattern.text().getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }

  /**
   * The last name before the page; empty for the first page.
   *
   * @throws StoreException.InvalidRequest if the token was not issued for this list
   */
  public String last(String token) {
    if (token.isEmpty()) {
      return "";
    }
    byte[] bytes = bytes(token);
    int body = bytes.length - CHECKSUM_BYTES;
    if (body < 1
        || bytes[0] != FORMAT
        || ByteBuffer.wrap(bytes, body, CHECKSUM_BYTES).getInt()
            != checksum(Arrays.copyOf(bytes, body))) {
      throw foreign();
    }
    return new String(bytes, 1, body - 1, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String token) {
    if (token.length() > MAX_TEXT) {
      throw foreign();
    }
    try {
      return Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      throw foreign();
    }
  }

  private static StoreException foreign() {
    return new StoreException.InvalidRequest("page_token", "was not issued for this list");
  }
}
