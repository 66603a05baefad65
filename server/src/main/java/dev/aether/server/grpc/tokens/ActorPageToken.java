package dev.aether.server.grpc.tokens;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Actors;
import dev.aether.server.wire.ActorPageRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * Encodes page tokens of ListActors: base64url of a format byte (1), an {@code ActorPageRecord} and
 * a CRC-32C of both. A token is valid only for the query that it was issued for.
 */
public final class ActorPageToken {
  private static final byte FORMAT = 1;
  private static final int CHECKSUM_BYTES = Integer.BYTES;

  /** Longer than any token: an actor's encoded id in it has at most 768 bytes. */
  private static final int MAX_TEXT = 2048;

  private final long queryHash;

  public ActorPageToken(Namespace namespace, String prefix, boolean withSnapshot) {
    queryHash = hash(namespace.name() + '\0' + prefix + (withSnapshot ? "\0snapshot" : ""));
  }

  private static long hash(String query) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(query.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  public String encode(Actors.Place place) {
    byte[] body =
        ActorPageRecord.newBuilder()
            .setQueryHash(queryHash)
            .setIncarnation(place.incarnation())
            .setAfter(place.last())
            .setAsOf(place.asOf())
            .setOffset(place.offset())
            .build()
            .toByteArray();
    ByteBuffer bytes = ByteBuffer.allocate(1 + body.length + CHECKSUM_BYTES).put(FORMAT).put(body);
    bytes.putInt(checksum(bytes.array(), 1 + body.length));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /**
   * Decodes a token.
   *
   * @throws StoreException.InvalidRequest if it is damaged or was issued for another query
   */
  public Actors.Place decode(String token) {
    ActorPageRecord record = record(bytes(token));
    if (record.getQueryHash() != queryHash) {
      throw invalid("was issued for another query");
    }
    if (record.getOffset() < 0 || record.getAsOf() < 0) {
      throw damaged();
    }
    return new Actors.Place(
        record.getIncarnation(), record.getAfter(), record.getAsOf(), record.getOffset());
  }

  private static byte[] bytes(String token) {
    if (token.length() > MAX_TEXT) {
      throw damaged();
    }
    try {
      return Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      throw damaged();
    }
  }

  private static ActorPageRecord record(byte[] bytes) {
    int body = bytes.length - CHECKSUM_BYTES;
    if (body < 1
        || bytes[0] != FORMAT
        || ByteBuffer.wrap(bytes, body, CHECKSUM_BYTES).getInt() != checksum(bytes, body)) {
      throw damaged();
    }
    try {
      return ActorPageRecord.parseFrom(Arrays.copyOfRange(bytes, 1, body));
    } catch (InvalidProtocolBufferException e) {
      throw damaged();
    }
  }

  private static StoreException damaged() {
    return invalid("is damaged");
  }

  private static StoreException invalid(String violation) {
    return new StoreException.InvalidRequest("page_token", violation);
  }
}
