package dev.aether.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A subscriber that requests items on command and records them. */
final class Recorder<T> implements Flow.Subscriber<T> {
  private final List<T> items = new CopyOnWriteArrayList<>();
  private final Semaphore arrived = new Semaphore(0);
  private final CountDownLatch ended = new CountDownLatch(1);
  private int awaited;
  private volatile Flow.@Nullable Subscription subscription;
  private volatile @Nullable Throwable error;

  void request(long n) {
    current().request(n);
  }

  void cancel() {
    current().cancel();
  }

  List<T> items() {
    return items;
  }

  @Nullable Throwable error() {
    return error;
  }

  /** Waits until this number of items has arrived in total. */
  void awaitItems(int count) throws InterruptedException {
    if (!arrived.tryAcquire(count - awaited, 20, TimeUnit.SECONDS)) {
      throw new AssertionError("only " + items);
    }
    awaited = count;
  }

  void awaitEnd() throws InterruptedException {
    if (!ended.await(20, TimeUnit.SECONDS)) {
      throw new AssertionError("not ended after " + items.size() + " items");
    }
  }

  private Flow.Subscription current() {
    Flow.Subscription current = subscription;
    if (current == null) {
      throw new AssertionError("not subscribed");
    }
    return current;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
  }

  @Override
  public void onNext(T item) {
    items.add(item);
    arrived.release();
  }

  @Override
  public void onError(Throwable error) {
    this.error = error;
    ended.countDown();
  }

  @Override
  public void onComplete() {
    ended.countDown();
  }
}
