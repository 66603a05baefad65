package dev.aether.server.grpc;

import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The open SaveEventsStream calls, which are closed when the server shuts down. Thread-safe. */
final class SaveStreams implements AutoCloseable {
  private final Intake intake;
  private final Set<SaveStream> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  SaveStreams(Intake intake) {
    this.intake = intake;
  }

  StreamObserver<SaveEventsRequest> begin(StreamObserver<SaveEventsStreamResponse> answers) {
    SaveStream stream =
        new SaveStream(
            intake, (ServerCallStreamObserver<SaveEventsStreamResponse>) answers, open::remove);
    open.add(stream);
    if (closed) {
      stream.close();
    }
    return stream;
  }

  @Override
  public void close() {
    closed = true;
    open.forEach(SaveStream::close);
  }
}
