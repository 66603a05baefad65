package dev.aether.client.actor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Consumes everything that a publisher of the client delivers. Cancelling the future cancels the
 * subscription.
 */
final class DrainSubscriber<T> implements Flow.Subscriber<T> {
  private final Consumer<? super T> taker;
  private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

  private DrainSubscriber(Consumer<? super T> taker) {
    this.taker = taker;
  }

  /** Starts consuming. If the consumer throws, the future fails with its exception. */
  static <T> CompletableFuture<@Nullable Void> of(
      Flow.Publisher<T> publisher, Consumer<? super T> taker) {
    DrainSubscriber<T> draining = new DrainSubscriber<>(taker);
    publisher.subscribe(draining);
    return draining.end;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    CompletableFuture<?> cancelling =
        end.whenComplete(
            (done, thrown) -> {
              if (end.isCancelled()) {
                subscription.cancel();
              }
            });
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(T item) {
    taker.accept(item); // The publisher passes its exceptions to onError.
  }

  @Override
  public void onError(Throwable thrown) {
    end.completeExceptionally(thrown);
  }

  @Override
  public void onComplete() {
    end.complete(null);
  }
}
