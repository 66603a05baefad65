package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import dev.aether.client.ClientClosedException;
import dev.aether.client.Reason;
import dev.aether.client.internal.calls.Futures;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Pages, each of which is requested with the token of the previous one. Safe for use by many
 * threads.
 */
public final class PagedFlow<P> implements FrameFlow<P> {
  private final Function<String, CompletableFuture<P>> page;
  private final Function<P, String> nextToken;

  // Guarded by this.
  private @Nullable Receiver<P> receiver;
  private @Nullable CompletableFuture<P> asking;
  private String token = "";
  private int owed;
  private boolean ended;

  /**
   * Creates a flow of pages that is not started yet.
   *
   * @param page requests the page with a token
   * @param nextToken returns the token of the next page; empty on the last page
   */
  public PagedFlow(Function<String, CompletableFuture<P>> page, Function<P, String> nextToken) {
    this.page = page;
    this.nextToken = nextToken;
  }

  @Override
  public void start(Receiver<P> receiver, int frames) {
    synchronized (this) {
      this.receiver = receiver;
    }
    request(frames);
  }

  @Override
  public void request(int frames) {
    synchronized (this) {
      owed += frames;
    }
    askNext();
  }

  private void askNext() {
    CompletableFuture<P> started;
    synchronized (this) {
      if (ended || asking != null || owed == 0) {
        return;
      }
      owed--;
      started = begin();
      asking = started;
    }
    CompletableFuture<?> unused = started.whenComplete(this::arrived);
  }

  /** If the client was closed after the last page, the request throws an exception. */
  private CompletableFuture<P> begin() {
    try {
      return page.apply(token);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void arrived(@Nullable P frame, @Nullable Throwable thrown) {
    Receiver<P> to;
    boolean over;
    synchronized (this) {
      token = frame == null ? "" : nextToken.apply(frame);
      to = receiver;
    }
    if (to == null) {
      return;
    }
    if (frame != null) {
      to.onFrame(frame);
    }
    synchronized (this) {
      asking = null;
      // If it was cancelled in the meantime, this thread has to report the end.
      ended |= token.isEmpty();
      over = ended;
    }
    if (over) {
      to.onEnd(thrown == null ? null : error(thrown));
    } else {
      askNext();
    }
  }

  private static AetherException error(Throwable thrown) {
    Throwable cause = Futures.cause(thrown);
    if (cause instanceof IllegalStateException closed
        && !(cause instanceof CancellationException)) {
      return new ClientClosedException(Map.of(), closed);
    }
    return cause instanceof AetherException error
        ? error
        : new AetherException(Reason.CANCELLED, "cancelled", Map.of(), cause);
  }

  @Override
  public void cancel() {
    CompletableFuture<P> current;
    Receiver<P> to;
    synchronized (this) {
      current = asking;
      to = current == null && !ended ? receiver : null;
      ended = true;
    }
    if (current != null) {
      current.cancel(true);
    } else if (to != null) {
      to.onEnd(null);
    }
  }
}
