package dev.aether.server.bus;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.aether.server.event.Mark;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.CommitAt;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record of a log that all subscribers on this node share. It is encoded for the wire about once,
 * however many there are. Thread-safe.
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
      known = toProto(stored).toByteString();
      encoded = known;
    }
    return known;
  }

  /** The commit as subscribers and readers of logs receive it. */
  public static CommitAt toProto(LogEntry.StoredCommit stored) {
    return CommitAt.newBuilder()
        .setPartition(stored.partition())
        .setPosition(stored.position())
        .setStoredAt(timestamp(stored.storedAt()))
        .setCommit(stored.commit())
        .build();
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

  /** About the size of a frame with only this commit. */
  int frameBytes() {
    return FRAME_OVERHEAD_BYTES
        + (entry instanceof LogEntry.StoredCommit stored ? stored.commit().getSerializedSize() : 0);
  }

  /** About the memory of the record, with its encoded form. */
  int bytes() {
    return OVERHEAD_BYTES
        + (entry instanceof LogEntry.StoredCommit stored
            ? 2 * stored.commit().getSerializedSize()
            : 0);
  }
}
