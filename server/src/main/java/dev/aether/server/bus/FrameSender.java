package dev.aether.server.bus;

import dev.aether.server.event.Cursor;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.LogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sends the frames of one subscription, each with the cursor that belongs to it. Used only on the
 * subscription's loop.
 */
final class FrameSender {
  /** The size up to which commits are sent in one frame. A larger commit has a frame of its own. */
  static final int FRAME_BYTES = 1024 * 1024;

  /**
   * The number of events up to which commits are sent in one frame: the notice of a small event is
   * larger than the event, by up to 100 bytes, and gRPC's usual limit is 4 MiB.
   */
  static final int FRAME_EVENTS = 10_000;

  private final SubscribeCommand command;
  private final SubscriptionSink sink;
  private final SubscriptionLogs logs;
  private final HeartbeatPolicy heartbeats;

  FrameSender(
      SubscribeCommand command,
      SubscriptionSink sink,
      SubscriptionLogs logs,
      HeartbeatPolicy heartbeats) {
    this.command = command;
    this.sink = sink;
    this.logs = logs;
    this.heartbeats = heartbeats;
  }

  void started() {
    sink.started(cursorToSend());
  }

  void caughtUp() {
    sink.caughtUp(cursorToSend());
  }

  void cursor() {
    sink.cursor(cursorToSend());
  }

  void heartbeat() {
    sink.heartbeat(cursorToSend());
  }

  private Cursor cursorToSend() {
    heartbeats.sentCursor();
    return logs.cursorToSend();
  }

  void namespaceDeleted(Namespace namespace) {
    sink.namespaceDeleted(namespace.name());
    heartbeats.sentWithoutCursor();
  }

  /**
   * Sends one frame of a log's next records at most, and moves the log's position past what was
   * sent or filtered out.
   *
   * @return 0, or the frame size that the next commit needs if the sink has less room; then nothing
   *     was sent
   * @throws StoreException.CorruptRecord if the next record is corrupt and the subscriber does not
   *     want a report
   */
  int send(LogProgress log, List<SharedCommit> records) {
    List<SharedCommit> frame = new ArrayList<>();
    int room = sink.room();
    int limit = Math.min(FRAME_BYTES, room);
    int bytes = 0;
    long events = 0;
    for (SharedCommit record : records) {
      if (record.entry() instanceof LogEntry.Corrupt corrupt) {
        if (frame.isEmpty()) {
          sendCorrupt(log, corrupt);
        }
        break;
      }
      if (isWanted(record)) {
        if (!log.inCursor && !logs.isCursorSmall()) {
          cursor();
          return 0;
        }
        if (frame.isEmpty() && record.frameBytes() > room) {
          return record.frameBytes();
        }
        bytes += record.frameBytes();
        events += record.events();
        if (!frame.isEmpty() && (bytes > limit || events > FRAME_EVENTS)) {
          break;
        }
        frame.add(record);
      }
      log.mark = record.mark();
    }
    if (!frame.isEmpty()) {
      sendCommits(log, frame);
    }
    return 0;
  }

  private boolean isWanted(SharedCommit record) {
    return record.entry() instanceof LogEntry.StoredCommit stored
        && command.filter().passes(stored.actor(), stored.commit());
  }

  private void sendCorrupt(LogProgress log, LogEntry.Corrupt corrupt) {
    if (!command.reportCorrupt()) {
      throw new StoreException.CorruptRecord(
          corrupt.actorId(), corrupt.partition(), corrupt.position(), corrupt.why());
    }
    log.mark = corrupt.mark();
    sink.corrupt(corrupt, cursorToSend());
  }

  private void sendCommits(LogProgress log, List<SharedCommit> frame) {
    String namespace = log.id().namespace().name();
    if (logs.isCursorSmall()) {
      sink.commits(namespace, frame, Optional.of(cursorToSend()));
    } else {
      sink.commits(namespace, frame, Optional.empty());
      heartbeats.sentWithoutCursor();
    }
  }
}
