package dev.aether.server.grpc.reads;

import com.google.protobuf.ByteString;
import dev.aether.server.codec.EncodedCommit;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.ReplayError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Sends an actor's events, as they are stored, in frames of limited size, cut to the requested
 * range.
 */
public final class EventPages implements PagedCall.Pages<List<LogEntry>> {
  private static final int FRAME_BYTES = 1024 * 1024;

  private final ActorReader reader;
  private final ActorRange range;
  private final boolean reportCorrupt;
  private final Frames call;
  private final List<ByteString> events = new ArrayList<>();
  private final List<ReplayError> errors = new ArrayList<>();
  private int frameBytes;

  /** Number of events still to send; negative means all. */
  private long left;

  /** Sends one frame. */
  public interface Frames {
    /**
     * Sends a frame of less than 4 MiB. The lists are reused afterwards.
     *
     * @param events each an encoded {@code aether.v1.Event}
     */
    void send(List<ByteString> events, List<ReplayError> errors);
  }

  /**
   * @param maxCount 0 means all
   * @param reportCorrupt whether a record that cannot be decoded is sent as an error instead of
   *     failing the call
   */
  public EventPages(
      ActorReader reader, ActorRange range, long maxCount, boolean reportCorrupt, Frames call) {
    this.reader = reader;
    this.range = range;
    this.left = maxCount == 0 ? -1 : maxCount;
    this.reportCorrupt = reportCorrupt;
    this.call = call;
  }

  @Override
  public CompletableFuture<List<LogEntry>> next() {
    return reader.next();
  }

  @Override
  public boolean send(List<LogEntry> page) {
    page.forEach(this::add);
    flush();
    return !page.isEmpty() && left != 0 && !reader.isAtEnd();
  }

  private void add(LogEntry entry) {
    if (left == 0) {
      return;
    }
    if (entry instanceof LogEntry.Corrupt corrupt) {
      addCorrupt(corrupt);
    } else if (entry instanceof LogEntry.StoredCommit stored) {
      add(stored.commit());
    }
  }

  private void add(EncodedCommit commit) {
    List<ByteString> ofCommit = commit.events();
    for (int i = 0; i < ofCommit.size(); i++) {
      int at = range.backwards() ? ofCommit.size() - 1 - i : i;
      add(commit.firstVersion() + at, ofCommit.get(at));
    }
  }

  private void addCorrupt(LogEntry.Corrupt corrupt) {
    if (!reportCorrupt) {
      flush();
      throw new StoreException.CorruptRecord(
          corrupt.actorId(), corrupt.partition(), corrupt.position(), corrupt.why());
    }
    ReplayError error = StatusMapper.replayError(corrupt);
    makeRoom(error.getSerializedSize());
    errors.add(error);
  }

  private void add(long version, ByteString event) {
    if (left == 0 || version < range.from() || version > range.to()) {
      return;
    }
    makeRoom(event.size());
    events.add(event);
    left--;
  }

  private void makeRoom(int bytes) {
    if (frameBytes > 0 && frameBytes + bytes > FRAME_BYTES) {
      flush();
    }
    frameBytes += bytes;
  }

  private void flush() {
    if (events.size() + errors.size() > 0) {
      call.send(events, errors);
      events.clear();
      errors.clear();
      frameBytes = 0;
    }
  }
}
