package dev.aether.server.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.aether.server.event.ActorId;
import dev.aether.server.wire.SnapshotRecord;
import dev.aether.v1.Snapshot;

/** Encodes and decodes stored records of snapshots, format 1, which never changes. */
public final class SnapshotCodec {
  private static final int FORMAT = 1;

  private SnapshotCodec() {}

  /**
   * Encodes a snapshot that replaces the record at sequence {@code after}, or none if that is 0.
   */
  public static byte[] stored(Snapshot snapshot, long after) {
    return record(after).setSnapshot(snapshot).build().toByteArray();
  }

  /** Encodes the deletion of the snapshot at sequence {@code after}. */
  public static byte[] deleted(long after) {
    return record(after).setDeleted(Empty.getDefaultInstance()).build().toByteArray();
  }

  private static SnapshotRecord.Builder record(long after) {
    return SnapshotRecord.newBuilder().setFormat(FORMAT).setAfter(after);
  }

  /**
   * Decodes stored bytes and checks that they are a valid record of the actor. The record shares
   * the array, which must not be changed afterwards.
   *
   * @throws CorruptRecordException if they are not; names the format if it is a newer one
   */
  public static SnapshotRecord decode(byte[] body, ActorId actor) throws CorruptRecordException {
    SnapshotRecord record = parse(body);
    check(
        record.getFormat() == FORMAT,
        "has stored format " + record.getFormat() + "; this server supports format " + FORMAT);
    check(record.hasSnapshot() || record.hasDeleted(), "is neither a snapshot nor a deletion");
    if (record.hasSnapshot()) {
      check(record.getSnapshot().getActorId().equals(actor.value()), "belongs to another actor");
      check(record.getSnapshot().getVersion() > 0, "has a snapshot without a version");
    }
    return record;
  }

  private static SnapshotRecord parse(byte[] body) throws CorruptRecordException {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(body).newCodedInput();
    in.enableAliasing(true);
    try {
      SnapshotRecord record = SnapshotRecord.parser().parseFrom(in);
      in.checkLastTagWas(0);
      return record;
    } catch (InvalidProtocolBufferException e) {
      throw new CorruptRecordException("is not a record of a snapshot: " + e.getMessage());
    }
  }

  private static void check(boolean holds, String otherwise) throws CorruptRecordException {
    if (!holds) {
      throw new CorruptRecordException(otherwise);
    }
  }
}
