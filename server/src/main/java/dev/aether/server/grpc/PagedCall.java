package dev.aether.server.grpc;

import dev.aether.server.event.StoreException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call that answers with frames: asks for a page when the caller takes frames, and never for
 * more. One page is under way at a time; the call's own threads and the store's hand over to each
 * other under this object's lock.
 *
 * @param <P> a page
 */
final class PagedCall<P> {
  private final ServerCallStreamObserver<?> call;
  private final Pages<P> pages;
  private boolean reading;
  private boolean ended;

  /** What a call answers with. Called by one thread at a time. */
  interface Pages<P> {
    /** The next page. Never blocks. */
    CompletableFuture<P> next();

    /**
     * Sends a page.
     *
     * @return false if it was the last
     * @throws StoreException if the call is to fail, after what was sent
     */
    boolean send(P page);
  }

  private PagedCall(ServerCallStreamObserver<?> call, Pages<P> pages) {
    this.call = call;
    this.pages = pages;
  }

  /** Answers a call, from now on. */
  static void start(ServerCallStreamObserver<?> call, Pages<?> pages) {
    PagedCall<?> paged = new PagedCall<>(call, pages);
    call.setOnReadyHandler(paged::readOn);
    call.setOnCancelHandler(paged::cancelled);
    paged.readOn();
  }

  private synchronized void cancelled() {
    ended = true;
  }

  /** Pages that are there at once are sent in a loop: their number is not bounded, a stack is. */
  private void readOn() {
    for (CompletableFuture<P> page = begin(); page != null; page = begin()) {
      if (!page.isDone()) {
        page.whenComplete(
            (sent, thrown) -> {
              deliver(sent, thrown);
              readOn();
            });
        return;
      }
      page.whenComplete(this::deliver);
    }
  }

  /** The next page, if one is wanted now. */
  private @Nullable CompletableFuture<P> begin() {
    synchronized (this) {
      if (reading || ended || !call.isReady()) {
        return null;
      }
      reading = true;
    }
    CompletableFuture<P> next;
    try {
      next = pages.next();
    } catch (RuntimeException e) {
      next = CompletableFuture.failedFuture(e);
    }
    return next;
  }

  private void deliver(P page, @Nullable Throwable thrown) {
    if (thrown == null) {
      send(page);
    } else {
      fail(thrown);
    }
  }

  private void send(P page) {
    synchronized (this) {
      reading = false;
      if (ended) {
        return;
      }
      try {
        if (!pages.send(page)) {
          ended = true;
          call.onCompleted();
          return;
        }
      } catch (RuntimeException e) {
        fail(e);
      }
    }
  }

  private synchronized void fail(Throwable thrown) {
    if (!ended) {
      ended = true;
      call.onError(StatusMapper.toStatus(thrown));
    }
  }
}
