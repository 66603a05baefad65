package dev.aether.bench.driver;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The response of a unary call as a future. */
final class UnaryAnswer<R> implements StreamObserver<R> {
  private final CompletableFuture<R> future = new CompletableFuture<>();
  private @Nullable R response;

  /** Completes when the call has ended. */
  CompletableFuture<R> future() {
    return future;
  }

  @Override
  public void onNext(R received) {
    response = received;
  }

  @Override
  public void onError(Throwable thrown) {
    future.completeExceptionally(thrown);
  }

  @Override
  public void onCompleted() {
    R received = response;
    if (received == null) {
      future.completeExceptionally(new IllegalStateException("the call ended without a response"));
    } else {
      future.complete(received);
    }
  }
}
