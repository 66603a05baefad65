package dev.aether.server.grpc.reads;

import com.google.protobuf.ByteString;
import dev.aether.server.bus.LogScan;
import dev.aether.server.bus.SharedCommit;
import dev.aether.server.event.Cursor;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.grpc.tokens.CursorCodec;
import dev.aether.server.store.LogEntry;
import dev.aether.server.wire.EncodedReadLogResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Sends the frames of one ReadLog call. A cursor that is not small is sent in a frame of its own,
 * since a frame with a large commit and a large cursor might exceed the size that clients accept by
 * default.
 */
public final class ReadLogPages implements PagedCall.Pages<Optional<List<LogEntry>>> {
  private static final int FRAME_BYTES = 1024 * 1024;

  private static final Duration CURSOR_EVERY = Duration.ofMillis(500);

  private final LogScan scan;
  private final CursorCodec cursors;
  private final StreamObserver<EncodedReadLogResponse> call;
  private EncodedReadLogResponse.Builder frame = EncodedReadLogResponse.newBuilder();
  private int frameBytes;
  private long lastCursorAt = System.nanoTime();

  public ReadLogPages(
      LogScan scan, CursorCodec cursors, StreamObserver<EncodedReadLogResponse> call) {
    this.scan = scan;
    this.cursors = cursors;
    this.call = call;
  }

  @Override
  public CompletableFuture<Optional<List<LogEntry>>> next() {
    return scan.next();
  }

  @Override
  public boolean send(Optional<List<LogEntry>> page) {
    page.ifPresent(records -> records.forEach(this::add));
    boolean small = scan.logs() <= Cursor.SMALL_LOGS;
    if (frameBytes > 0 && !small) {
      flush();
    }
    if (page.isEmpty() || isCursorDue() || (frameBytes > 0 && small)) {
      frame.setCursor(cursors.encode(scan.cursor()));
      lastCursorAt = System.nanoTime();
      flush();
    }
    return page.isPresent();
  }

  private boolean isCursorDue() {
    return System.nanoTime() - lastCursorAt > CURSOR_EVERY.toNanos();
  }

  private void add(LogEntry record) {
    if (record instanceof LogEntry.StoredCommit stored) {
      ByteString commit = SharedCommit.encode(stored);
      makeRoom(commit.size());
      frame.addCommits(commit);
    } else if (record instanceof LogEntry.Corrupt corrupt) {
      var error = StatusMapper.replayError(corrupt);
      makeRoom(error.getSerializedSize());
      frame.addErrors(error);
    }
  }

  private void makeRoom(int bytes) {
    if (frameBytes > 0 && frameBytes + bytes > FRAME_BYTES) {
      flush();
    }
    frameBytes += bytes;
  }

  private void flush() {
    call.onNext(frame.build());
    frame = EncodedReadLogResponse.newBuilder();
    frameBytes = 0;
  }
}
