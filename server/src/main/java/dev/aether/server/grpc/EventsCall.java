package dev.aether.server.grpc;

import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Event;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One GetEvents call: asks the reader for a page when the call takes frames, and never for more.
 * One page is under way at a time; the call's own threads and the store's hand over to each other
 * under this object's lock.
 */
final class EventsCall {
  private static final int FRAME_BYTES = 1024 * 1024;

  private final ActorReader reader;
  private final ActorRange range;
  private final boolean reportCorrupt;
  private final ServerCallStreamObserver<GetEventsResponse> call;

  /** Events still to send; negative: all. */
  private long left;

  private boolean reading;
  private boolean ended;

  EventsCall(
      ActorReader reader,
      ActorRange range,
      GetEventsRequest request,
      ServerCallStreamObserver<GetEventsResponse> call) {
    this.reader = reader;
    this.range = range;
    this.reportCorrupt = request.getReportCorrupt();
    this.left = request.getMaxCount() == 0 ? -1 : request.getMaxCount();
    this.call = call;
  }

  void start() {
    call.setOnReadyHandler(this::readOn);
    call.setOnCancelHandler(this::cancelled);
    readOn();
  }

  private synchronized void cancelled() {
    ended = true;
  }

  private void readOn() {
    synchronized (this) {
      if (reading || ended || !call.isReady()) {
        return;
      }
      reading = true;
    }
    reader
        .next()
        .whenComplete(
            (page, thrown) -> {
              if (thrown != null) {
                fail(thrown);
              } else {
                send(page);
              }
            });
  }

  private synchronized void fail(Throwable thrown) {
    if (!ended) {
      ended = true;
      call.onError(StatusMapper.toStatus(thrown));
    }
  }

  private void send(List<LogEntry> page) {
    synchronized (this) {
      reading = false;
      if (ended) {
        return;
      }
      try {
        page.forEach(this::add);
      } catch (StoreException corrupt) {
        fail(corrupt);
        return;
      }
      flush();
      if (page.isEmpty() || left == 0) {
        ended = true;
        call.onCompleted();
        return;
      }
    }
    readOn();
  }

  private GetEventsResponse.Builder frame = GetEventsResponse.newBuilder();
  private int frameBytes;

  private void add(LogEntry entry) {
    if (entry instanceof LogEntry.Corrupt corrupt) {
      if (!reportCorrupt) {
        flush();
        throw new StoreException.CorruptRecord(
            corrupt.actorId(), corrupt.partition(), corrupt.position(), corrupt.why());
      }
      frame.addErrors(StatusMapper.replayError(corrupt));
    } else if (entry instanceof LogEntry.StoredCommit stored) {
      List<Event> events = stored.commit().getEventsList();
      if (range.backwards()) {
        events = new ArrayList<>(events);
        Collections.reverse(events);
      }
      events.forEach(this::add);
    }
  }

  private void add(Event event) {
    if (left == 0 || event.getVersion() < range.from() || event.getVersion() > range.to()) {
      return;
    }
    int bytes = event.getSerializedSize();
    if (frameBytes > 0 && frameBytes + bytes > FRAME_BYTES) {
      flush();
    }
    frame.addEvents(event);
    frameBytes += bytes;
    left--;
  }

  private void flush() {
    if (frame.getEventsCount() + frame.getErrorsCount() > 0) {
      call.onNext(frame.build());
      frame = GetEventsResponse.newBuilder();
      frameBytes = 0;
    }
  }
}
