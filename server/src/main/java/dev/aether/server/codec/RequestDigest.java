package dev.aether.server.codec;

import com.google.protobuf.ByteString;
import dev.aether.v1.NewEvent;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The digest by which a repeated save is recognised. It covers the events as they were received,
 * before the server fills in missing fields. It is stored with each commit, so it never changes
 * within format 1: the first 16 bytes of a SHA-256 over the canonical form in docs/stored-form.md,
 * as base64url without padding.
 */
public final class RequestDigest {
  private static final int DIGEST_BYTES = 16;

  private RequestDigest() {}

  /** The digest of a request's events. */
  public static String of(List<NewEvent> events) {
    MessageDigest sha = sha256();
    // Writes byte strings directly, without the copies that MessageDigest needs.
    try (DataOutputStream out =
        new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), sha))) {
      out.writeInt(events.size());
      for (NewEvent event : events) {
        put(out, event);
      }
    } catch (IOException e) {
      throw new IllegalStateException("a digest does not fail", e);
    }
    byte[] digest = Arrays.copyOf(sha.digest(), DIGEST_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
  }

  private static void put(DataOutputStream out, NewEvent event) throws IOException {
    put(out, event.getEventIdBytes());
    put(out, event.getEventTypeBytes());
    put(out, event.getCommandIdBytes());
    put(out, event.getData());
    put(out, event.getContentTypeBytes());
    putMetadata(out, event.getMetadataMap());
    if (event.hasTimestamp()) {
      out.writeInt(1);
      out.writeLong(event.getTimestamp().getSeconds());
      out.writeInt(event.getTimestamp().getNanos());
    } else {
      out.writeInt(0);
    }
  }

  private static void putMetadata(DataOutputStream out, Map<String, String> metadata)
      throws IOException {
    out.writeInt(metadata.size());
    if (metadata.isEmpty()) {
      return;
    }
    byte[][] keys =
        metadata.keySet().stream()
            .map(key -> key.getBytes(StandardCharsets.UTF_8))
            .sorted(Arrays::compareUnsigned)
            .toArray(byte[][]::new);
    for (byte[] key : keys) {
      put(out, ByteString.copyFrom(key));
      String value = metadata.getOrDefault(new String(key, StandardCharsets.UTF_8), "");
      put(out, ByteString.copyFromUtf8(value));
    }
  }

  private static void put(DataOutputStream out, ByteString bytes) throws IOException {
    out.writeInt(bytes.size());
    bytes.writeTo(out);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
