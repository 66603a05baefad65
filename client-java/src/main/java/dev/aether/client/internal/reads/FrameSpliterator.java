package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import dev.aether.client.Reason;
import dev.aether.client.internal.calls.Blocking;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the items of frames to a thread that waits for them. The flow starts when the first item
 * is requested. Used by one thread at a time; {@link #close()} may be called by any thread.
 */
public final class FrameSpliterator<F, T> extends Spliterators.AbstractSpliterator<T> {

  /** A frame, or the end if the frame is null. */
  private record Handed<F>(@Nullable F frame, @Nullable AetherException error) {}

  private final FrameSource<F, T> source;
  // Bounded by the number of requested frames, plus the end.
  private final BlockingQueue<Handed<F>> handed = new LinkedBlockingQueue<>();
  private @Nullable FrameFlow<F> call;
  private boolean closed;
  private boolean ended;
  private Iterator<T> items = Collections.emptyIterator();

  private FrameSpliterator(FrameSource<F, T> source) {
    super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
    this.source = source;
  }

  /** Creates a stream that makes one call, which is cancelled when the stream is closed. */
  public static <F, T> Stream<T> stream(FrameSource<F, T> source) {
    FrameSpliterator<F, T> spliterator = new FrameSpliterator<>(source);
    return StreamSupport.stream(spliterator, false).onClose(spliterator::close);
  }

  @Override
  public boolean tryAdvance(Consumer<? super T> action) {
    while (!items.hasNext()) {
      if (ended || !nextFrame()) {
        ended = true;
        return false;
      }
    }
    action.accept(items.next());
    return true;
  }

  private boolean nextFrame() {
    FrameFlow<F> from = started();
    Handed<F> next;
    try {
      next = handed.take();
    } catch (InterruptedException e) {
      from.cancel();
      ended = true;
      Thread.currentThread().interrupt();
      throw new AetherException(
          Reason.CANCELLED, "interrupted while waiting for events", Map.of(), e);
    }
    if (next.frame() != null) {
      from.request(1);
      items = source.items().apply(next.frame());
      return true;
    }
    ended = true;
    if (next.error() != null) {
      throw Blocking.seenFromHere(next.error());
    }
    return false;
  }

  private synchronized FrameFlow<F> started() {
    FrameFlow<F> started = call;
    if (started == null) {
      if (closed) {
        throw new IllegalStateException("the stream is closed");
      }
      started = source.newFlow();
      call = started;
      started.start(new Handover(), FrameFlow.READ_AHEAD_FRAMES);
    }
    return started;
  }

  private synchronized void close() {
    closed = true;
    if (call != null) {
      call.cancel();
    }
  }

  /** Hands frames over from the call's thread to the one that waits. */
  private final class Handover implements FrameFlow.Receiver<F> {
    @Override
    public void onFrame(F frame) {
      handed.add(new Handed<>(frame, null));
    }

    @Override
    public void onEnd(@Nullable AetherException error) {
      handed.add(new Handed<>(null, error));
    }
  }
}
