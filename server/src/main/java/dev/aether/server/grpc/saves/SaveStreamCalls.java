package dev.aether.server.grpc.saves;

import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The open SaveEventsStream calls, which are closed when the server shuts down. Thread-safe. */
public final class SaveStreamCalls implements AutoCloseable {
  private final SaveHandler saves;
  private final Set<SaveStreamCall> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  public SaveStreamCalls(SaveHandler saves) {
    this.saves = saves;
  }

  public StreamObserver<SaveEventsRequest> begin(StreamObserver<SaveEventsStreamResponse> answers) {
    SaveStreamCall stream =
        new SaveStreamCall(
            saves, (ServerCallStreamObserver<SaveEventsStreamResponse>) answers, open::remove);
    open.add(stream);
    if (closed) {
      stream.close();
    }
    return stream;
  }

  @Override
  public void close() {
    closed = true;
    open.forEach(SaveStreamCall::close);
  }
}
