package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import java.util.Collections;
import java.util.Iterator;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Publishes the items of frames; each subscriber gets a flow of its own. */
public final class FramePublisher<F, T> implements Flow.Publisher<T> {
  private final FrameSource<F, T> source;

  public FramePublisher(FrameSource<F, T> source) {
    this.source = source;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super T> subscriber) {
    Objects.requireNonNull(subscriber);
    subscriber.onSubscribe(new Delivery(subscriber));
  }

  /**
   * The flow of one subscriber. A thread that brings something new (frames, demand or the end)
   * delivers whatever can be delivered, unless another thread is already doing so; that thread then
   * sees the new things, too.
   */
  private final class Delivery implements Flow.Subscription, FrameFlow.Receiver<F> {
    private final Flow.Subscriber<? super T> subscriber;
    private final AtomicInteger news = new AtomicInteger();
    private final AtomicLong demand = new AtomicLong();
    // Bounded by the number of requested frames.
    private final Queue<F> frames = new ConcurrentLinkedQueue<>();
    private volatile boolean cancelled;
    private volatile boolean refused;
    private volatile boolean ended;
    private volatile @Nullable AetherException error;

    // Only the delivering thread uses these.
    private @Nullable FrameFlow<F> call;
    private Iterator<T> items = Collections.emptyIterator();
    private boolean frameOpen;

    Delivery(Flow.Subscriber<? super T> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long n) {
      if (n <= 0) {
        refused = true;
      } else {
        demand.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
      }
      deliver();
    }

    @Override
    public void cancel() {
      cancelled = true;
      deliver();
    }

    @Override
    public void onFrame(F frame) {
      frames.add(frame);
      deliver();
    }

    @Override
    public void onEnd(@Nullable AetherException error) {
      this.error = error;
      ended = true;
      deliver();
    }

    private void deliver() {
      if (news.getAndIncrement() != 0) {
        return;
      }
      int seen = 1;
      do {
        deliverSome();
        seen = news.addAndGet(-seen);
      } while (seen != 0);
    }

    private void deliverSome() {
      if (cancelled) {
        drop();
        return;
      }
      if (refused) {
        finish(new IllegalArgumentException("requested fewer than one item"));
        return;
      }
      try {
        if (call == null && demand.get() > 0) {
          begin();
        }
        deliverItems();
      } catch (RuntimeException | Error e) {
        finish(e);
      }
    }

    private void begin() {
      FrameFlow<F> started = source.newFlow();
      call = started;
      started.start(this, FrameFlow.READ_AHEAD_FRAMES);
    }

    private void deliverItems() {
      while (!cancelled) {
        if (items.hasNext()) {
          if (demand.get() == 0) {
            return;
          }
          demand.decrementAndGet();
          subscriber.onNext(items.next());
        } else if (!nextFrame()) {
          return;
        }
      }
      drop();
    }

    private boolean nextFrame() {
      if (frameOpen) {
        frameOpen = false;
        Objects.requireNonNull(call).request(1);
      }
      boolean last = ended;
      F frame = frames.poll();
      if (frame != null) {
        items = source.items().apply(frame);
        frameOpen = true;
        return true;
      }
      if (last) {
        finish(error);
      }
      return false;
    }

    private void finish(@Nullable Throwable failure) {
      cancelled = true;
      drop();
      if (failure == null) {
        subscriber.onComplete();
      } else {
        subscriber.onError(failure);
      }
    }

    private void drop() {
      frames.clear();
      items = Collections.emptyIterator();
      if (call != null && !ended) {
        call.cancel();
      }
    }
  }
}
