package dev.aether.server.grpc.reads;

import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Event;
import dev.aether.v1.ReplayError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sends an actor's events in frames of limited size, cut to the requested range. */
public final class EventPages implements PagedCall.Pages<List<LogEntry>> {
  private static final int FRAME_BYTES = 1024 * 1024;

  private final ActorReader reader;
  private final ActorRange range;
  private final boolean reportCorrupt;
  private final Frames call;
  private final List<Event> events = new ArrayList<>();
  private final List<ReplayError> errors = new ArrayList<>();
  private int frameBytes;

  /** Number of events still to send; negative means all. */
  private long left;

  /** Sends one frame. */
  public interface Frames {
    /** Sends a frame of less than 4 MiB. The lists are reused afterwards. */
    void send(List<Event> events, List<ReplayError> errors);
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
    return !page.isEmpty() && left != 0;
  }

  private void add(LogEntry entry) {
    if (left == 0) {
      return;
    }
    if (entry instanceof LogEntry.Corrupt corrupt) {
      addCorrupt(corrupt);
    } else if (entry instanceof LogEntry.StoredCommit stored) {
      List<Event> ofCommit = stored.commit().getEventsList();
      if (range.backwards()) {
        ofCommit = new ArrayList<>(ofCommit);
        Collections.reverse(ofCommit);
      }
      ofCommit.forEach(this::add);
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

  private void add(Event event) {
    if (left == 0 || event.getVersion() < range.from() || event.getVersion() > range.to()) {
      return;
    }
    makeRoom(event.getSerializedSize());
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
