package dev.aether.server.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.aether.server.event.ActorId;
import dev.aether.server.wire.SnapshotRecord;
import dev.aether.v1.Snapshot;

/** Records of snapshots as the bytes that are stored for ever, format 1. */
public final class SnapshotCodec {
  private static final int FORMAT = 1;

  private SnapshotCodec() {}

  /** The record of a snapshot that takes the place of the one at sequence {@code after}, or 0. */
  public static byte[] stored(Snapshot snapshot, long after) {
    return record(after).setSnapshot(snapshot).build().toByteArray();
  }

  /** The record that says that the snapshot at sequence {@code after} was deleted. */
  public static byte[] deleted(long after) {
    return record(after).setDeleted(Empty.getDefaultInstance()).build().toByteArray();
  }

  private static SnapshotRecord.Builder record(long after) {
    return SnapshotRecord.newBuilder().setFormat(FORMAT).setAfter(after);
  }

  /**
   * Takes stored bytes apart and checks that they are what a record of that actor's must be. The
   * record shares the array, which must not change afterwards.
   *
   * @throws CorruptSnapshotException if they are not, with the format if it is a newer one
   */
  public static SnapshotRecord decode(byte[] body, ActorId actor) throws CorruptSnapshotException {
    SnapshotRecord record = parse(body);
    check(
        record.getFormat() == FORMAT,
        "has stored format " + record.getFormat() + "; this server knows format " + FORMAT);
    check(record.hasSnapshot() || record.hasDeleted(), "is neither a snapshot nor its end");
    if (record.hasSnapshot()) {
      check(record.getSnapshot().getActorId().equals(actor.value()), "holds another actor");
      check(record.getSnapshot().getVersion() > 0, "holds a snapshot of no version");
    }
    return record;
  }

  private static SnapshotRecord parse(byte[] body) throws CorruptSnapshotException {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(body).newCodedInput();
    in.enableAliasing(true);
    try {
      SnapshotRecord record = SnapshotRecord.parser().parseFrom(in);
      in.checkLastTagWas(0);
      return record;
    } catch (InvalidProtocolBufferException e) {
      throw new CorruptSnapshotException("is no record of a snapshot: " + e.getMessage());
    }
  }

  private static void check(boolean holds, String otherwise) throws CorruptSnapshotException {
    if (!holds) {
      throw new CorruptSnapshotException(otherwise);
    }
  }
}
