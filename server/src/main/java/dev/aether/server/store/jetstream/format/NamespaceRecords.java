package dev.aether.server.store.jetstream.format;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.wire.NamespaceRecord;
import dev.aether.server.wire.NamespaceState;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;

/** Encodes and decodes the registry's records: format 1, as JSON. */
public final class NamespaceRecords {
  private static final int FORMAT = 1;
  private static final int INCARNATION_LENGTH = 10;
  private static final String INCARNATION_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final SecureRandom RANDOM = new SecureRandom();

  private NamespaceRecords() {}

  /** The record of a namespace that is about to be created, with a new incarnation. */
  public static NamespaceRecord creating(Namespace namespace, int replicas, long maxBytes) {
    return NamespaceRecord.newBuilder()
        .setFormat(FORMAT)
        .setNamespace(namespace.name())
        .setIncarnation(incarnation())
        .setState(NamespaceState.NAMESPACE_STATE_CREATING)
        .setReplicas(replicas)
        .setPartitions(1)
        .setMaxBytes(maxBytes)
        .setCreatedAtMs(System.currentTimeMillis())
        .build();
  }

  private static String incarnation() {
    StringBuilder id = new StringBuilder(INCARNATION_LENGTH);
    for (int i = 0; i < INCARNATION_LENGTH; i++) {
      id.append(INCARNATION_ALPHABET.charAt(RANDOM.nextInt(INCARNATION_ALPHABET.length())));
    }
    return id.toString();
  }

  public static Namespaces.Info info(NamespaceRecord record) {
    return new Namespaces.Info(
        new Namespace(record.getNamespace()),
        record.getIncarnation(),
        record.getPartitions(),
        record.getReplicas(),
        record.getMaxBytes(),
        Instant.ofEpochMilli(record.getCreatedAtMs()));
  }

  public static byte[] encode(NamespaceRecord record) {
    try {
      return JsonFormat.printer().print(record).getBytes(StandardCharsets.UTF_8);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a record is plain JSON", e);
    }
  }

  /** The same namespace in another state. */
  public static NamespaceRecord in(NamespaceState state, NamespaceRecord record) {
    return record.toBuilder().setState(state).build();
  }

  /**
   * Decodes a record; unknown fields are ignored.
   *
   * @param name of the namespace
   * @throws StoreException with reason STORE_UNAVAILABLE if it cannot be parsed, or has a newer
   *     format or an unknown state
   */
  public static NamespaceRecord decode(Namespace name, byte[] json) {
    NamespaceRecord.Builder record = NamespaceRecord.newBuilder();
    try {
      JsonFormat.parser()
          .ignoringUnknownFields()
          .merge(new String(json, StandardCharsets.UTF_8), record);
    } catch (InvalidProtocolBufferException e) {
      throw unreadable(name, "is not JSON");
    }
    if (record.getFormat() != FORMAT) {
      throw unreadable(
          name, "has format " + record.getFormat() + "; this server supports format " + FORMAT);
    }
    if (!record.getNamespace().equals(name.name())) {
      throw unreadable(name, "has the name of another namespace");
    }
    if (record.getState() == NamespaceState.NAMESPACE_STATE_UNSPECIFIED
        || record.getState() == NamespaceState.UNRECOGNIZED) {
      throw unreadable(name, "has a state that this server does not know");
    }
    return record.build();
  }

  private static StoreException unreadable(Namespace name, String why) {
    return StoreException.storeUnavailable("the registry record of namespace " + name + " " + why);
  }
}
