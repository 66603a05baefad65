package dev.aether.server.bus;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import dev.aether.server.event.Mark;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.CommitAt;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record of a log that all subscribers on this node share. What precedes its stored bytes on the
 * wire is encoded about once, however many there are. Thread-safe.
 */
public final class SharedCommit {
  /** The size of a frame with one commit, without the commit and the cursor. */
  private static final int FRAME_OVERHEAD_BYTES = 256;

  /** About the memory of a record in addition to its bytes. */
  private static final int OVERHEAD_BYTES = 512;

  private final LogEntry entry;
  private volatile @Nullable ByteString encoded;

  SharedCommit(LogEntry entry) {
    this.entry = entry;
  }

  public LogEntry entry() {
    return entry;
  }

  /** The commit as an encoded {@code aether.v1.CommitAt}. */
  public ByteString encoded(LogEntry.StoredCommit stored) {
    ByteString known = encoded;
    if (known == null) {
      known = encode(stored);
      encoded = known;
    }
    return known;
  }

  /**
   * Encodes a commit as the {@code aether.v1.CommitAt} that subscribers and readers of logs
   * receive: the fields that are known only once it is stored, and then its stored bytes, which are
   * not copied.
   */
  public static ByteString encode(LogEntry.StoredCommit stored) {
    CommitAt place =
        CommitAt.newBuilder()
            .setPartition(stored.partition())
            .setPosition(stored.position())
            .setStoredAt(timestamp(stored.storedAt()))
            .build();
    int size = stored.commit().size();
    byte[] before =
        new byte
            [place.getSerializedSize()
                + CodedOutputStream.computeTagSize(CommitAt.COMMIT_FIELD_NUMBER)
                + CodedOutputStream.computeUInt32SizeNoTag(size)];
    CodedOutputStream out = CodedOutputStream.newInstance(before);
    try {
      place.writeTo(out);
      out.writeTag(CommitAt.COMMIT_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      out.writeUInt32NoTag(size);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new IllegalStateException("an array does not fail", e);
    }
    return UnsafeByteOperations.unsafeWrap(before).concat(stored.commit().bytes());
  }

  /** A time as a protobuf timestamp. */
  public static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  long position() {
    return entry.position();
  }

  Mark mark() {
    return entry.mark();
  }

  /** The number of its events. */
  long events() {
    return entry instanceof LogEntry.StoredCommit stored
        ? stored.commit().lastVersion() - stored.commit().firstVersion() + 1
        : 0;
  }

  /** About the size of a frame with only this commit. */
  int frameBytes() {
    return FRAME_OVERHEAD_BYTES + size();
  }

  /** About the memory of the record. */
  int bytes() {
    return OVERHEAD_BYTES + size();
  }

  private int size() {
    return entry instanceof LogEntry.StoredCommit stored ? stored.commit().size() : 0;
  }
}
