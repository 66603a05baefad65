package dev.aether.server.bus;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.aether.server.event.Mark;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.CommitAt;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record of a log as all subscribers on this node share it: encoded for the wire at most about
 * once.
 */
public final class SharedCommit {
  /** What a frame of one commit has beside its bytes, its cursor not counted. */
  private static final int FRAME_OVERHEAD_BYTES = 256;

  /** What a record takes in memory beside its bytes, roughly. */
  private static final int OVERHEAD_BYTES = 512;

  private final LogEntry entry;
  private volatile @Nullable ByteString encoded;

  SharedCommit(LogEntry entry) {
    this.entry = entry;
  }

  public LogEntry entry() {
    return entry;
  }

  /** The bytes of the commit's {@code aether.v1.CommitAt}. */
  public ByteString encoded(LogEntry.StoredCommit stored) {
    ByteString known = encoded;
    if (known == null) {
      known = toProto(stored).toByteString();
      encoded = known;
    }
    return known;
  }

  /** A commit as subscribers and readers of logs see it. */
  public static CommitAt toProto(LogEntry.StoredCommit stored) {
    return CommitAt.newBuilder()
        .setPartition(stored.partition())
        .setPosition(stored.position())
        .setStoredAt(timestamp(stored.storedAt()))
        .setCommit(stored.commit())
        .build();
  }

  /** A time as messages have it. */
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

  /** What a frame of this commit alone has, about. */
  int frameBytes() {
    return FRAME_OVERHEAD_BYTES
        + (entry instanceof LogEntry.StoredCommit stored ? stored.commit().getSerializedSize() : 0);
  }

  /**
   * What it counts in bounds of bytes: itself and, once there are subscribers, its encoded form.
   */
  int bytes() {
    return OVERHEAD_BYTES
        + (entry instanceof LogEntry.StoredCommit stored
            ? 2 * stored.commit().getSerializedSize()
            : 0);
  }
}
