package dev.aether.server.codec;

import com.google.protobuf.ByteString;
import dev.aether.v1.NewEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * What recognises a repeated save: a digest of its events as they were received, before the server
 * filled in anything. Stored with each commit for ever, so it never changes within format 1: the
 * first 16 bytes of a SHA-256 over the canonical form of docs/stored-form.md, as base64url without
 * padding.
 */
public final class RequestDigest {
  private static final int DIGEST_BYTES = 16;

  private RequestDigest() {}

  /** The digest of a request's events. */
  public static String of(List<NewEvent> events) {
    MessageDigest sha = sha256();
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
    putInt(sha, number, events.size());
    for (NewEvent event : events) {
      put(sha, number, event.getEventIdBytes());
      put(sha, number, event.getEventTypeBytes());
      put(sha, number, event.getCommandIdBytes());
      put(sha, number, event.getData());
      put(sha, number, event.getContentTypeBytes());
      putMetadata(sha, number, event.getMetadataMap());
      if (event.hasTimestamp()) {
        putInt(sha, number, 1);
        putLong(sha, number, event.getTimestamp().getSeconds());
        putInt(sha, number, event.getTimestamp().getNanos());
      } else {
        putInt(sha, number, 0);
      }
    }
    byte[] digest = Arrays.copyOf(sha.digest(), DIGEST_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }

  private static void putMetadata(
      MessageDigest sha, ByteBuffer number, Map<String, String> metadata) {
    putInt(sha, number, metadata.size());
    if (metadata.isEmpty()) {
      return;
    }
    byte[][] keys =
        metadata.keySet().stream()
            .map(key -> key.getBytes(StandardCharsets.UTF_8))
            .sorted(Arrays::compareUnsigned)
            .toArray(byte[][]::new);
    for (byte[] key : keys) {
      put(sha, number, ByteString.copyFrom(key));
      String value = metadata.getOrDefault(new String(key, StandardCharsets.UTF_8), "");
      put(sha, number, ByteString.copyFromUtf8(value));
    }
  }

  private static void put(MessageDigest sha, ByteBuffer number, ByteString bytes) {
    putInt(sha, number, bytes.size());
    bytes.asReadOnlyByteBufferList().forEach(sha::update);
  }

  private static void putInt(MessageDigest sha, ByteBuffer number, int value) {
    sha.update(number.clear().putInt(value).flip());
  }

  private static void putLong(MessageDigest sha, ByteBuffer number, long value) {
    sha.update(number.clear().putLong(value).flip());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
