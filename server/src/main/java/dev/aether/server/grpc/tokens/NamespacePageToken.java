package dev.aether.server.grpc.tokens;

import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Encodes page tokens of ListNamespaces: a hash of the pattern and the last name of the previous
 * page in a {@link TokenEnvelope}. A token is valid only for the pattern that it was issued for.
 */
public final class NamespacePageToken {
  private static final byte FORMAT = 1;

  /** Longer than any token: a name has at most 64 bytes. */
  private static final int MAX_TEXT = 256;

  private final long patternHash;

  public NamespacePageToken(NamePattern pattern) {
    patternHash = TokenEnvelope.hash(pattern.text());
  }

  /** The token of the page that follows a name. */
  public String after(Namespace last) {
    byte[] name = last.name().getBytes(StandardCharsets.UTF_8);
    byte[] body =
        ByteBuffer.allocate(Long.BYTES + name.length).putLong(patternHash).put(name).array();
    return new TokenEnvelope(FORMAT, body).encode();
  }

  /**
   * The last name before the page; empty for the first page.
   *
   * @throws StoreException.InvalidRequest if the token was not issued for this list
   */
  public String last(String token) {
    return token.isEmpty()
        ? ""
        : TokenEnvelope.decode(token, MAX_TEXT)
            .filter(envelope -> envelope.format() == FORMAT && isForPattern(envelope.body()))
            .map(envelope -> name(envelope.body()))
            .orElseThrow(
                () ->
                    new StoreException.InvalidRequest(
                        "page_token", "was not issued for this list"));
  }

  private boolean isForPattern(byte[] body) {
    return body.length > Long.BYTES && ByteBuffer.wrap(body).getLong() == patternHash;
  }

  private static String name(byte[] body) {
    return new String(body, Long.BYTES, body.length - Long.BYTES, StandardCharsets.UTF_8);
  }
}
