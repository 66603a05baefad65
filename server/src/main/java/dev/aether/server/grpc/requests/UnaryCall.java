package dev.aether.server.grpc.requests;

import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.errors.StatusMapper;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Answers unary calls. */
public final class UnaryCall {
  private UnaryCall() {}

  /** Answers a call when the work is done. */
  public static <T, R> void answer(
      StreamObserver<R> response, Work<T> work, Function<T, R> toResponse) {
    CompletableFuture<T> running;
    try {
      running = work.begin();
    } catch (StoreException e) {
      response.onError(StatusMapper.toStatus(e));
      return;
    }
    running.whenComplete(
        (done, thrown) -> {
          if (thrown == null) {
            response.onNext(toResponse.apply(done));
            response.onCompleted();
          } else {
            response.onError(StatusMapper.toStatus(thrown));
          }
        });
  }

  /** Validates a request and starts the work. */
  public interface Work<T> {
    CompletableFuture<T> begin();
  }
}
