package dev.aether.server.grpc.tokens;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Actors;
import dev.aether.server.wire.ActorPageRecord;

/**
 * Encodes page tokens of ListActors: an {@code ActorPageRecord} in a {@link TokenEnvelope}. A token
 * is valid only for the query that it was issued for.
 */
public final class ActorPageToken {
  private static final byte FORMAT = 1;

  /** Longer than any token: an actor's encoded id in it has at most 768 bytes. */
  private static final int MAX_TEXT = 2048;

  private final long queryHash;

  public ActorPageToken(Namespace namespace, String prefix, boolean withSnapshot) {
    queryHash =
        TokenEnvelope.hash(namespace.name() + '\0' + prefix + (withSnapshot ? "\0snapshot" : ""));
  }

  public String encode(Actors.Place place) {
    ActorPageRecord record =
        ActorPageRecord.newBuilder()
            .setQueryHash(queryHash)
            .setIncarnation(place.incarnation())
            .setAfter(place.last())
            .setAsOf(place.asOf())
            .setOffset(place.offset())
            .build();
    return new TokenEnvelope(FORMAT, record.toByteArray()).encode();
  }

  /**
   * Decodes a token.
   *
   * @throws StoreException.InvalidRequest if it is damaged or was issued for another query
   */
  public Actors.Place decode(String token) {
    ActorPageRecord record = record(token);
    if (record.getQueryHash() != queryHash) {
      throw invalid("was issued for another query");
    }
    if (record.getOffset() < 0 || record.getAsOf() < 0) {
      throw damaged();
    }
    return new Actors.Place(
        record.getIncarnation(), record.getAfter(), record.getAsOf(), record.getOffset());
  }

  private static ActorPageRecord record(String token) {
    TokenEnvelope envelope =
        TokenEnvelope.decode(token, MAX_TEXT)
            .filter(open -> open.format() == FORMAT)
            .orElseThrow(ActorPageToken::damaged);
    try {
      return ActorPageRecord.parseFrom(envelope.body());
    } catch (InvalidProtocolBufferException e) {
      throw damaged();
    }
  }

  private static StoreException damaged() {
    return invalid("is damaged");
  }

  private static StoreException invalid(String description) {
    return new StoreException.InvalidRequest("page_token", description);
  }
}
