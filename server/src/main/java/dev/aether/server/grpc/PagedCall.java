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
  /**
   * What is set aside for a page while it is read, which most are smaller than. Those that are not
   * count whole when they are sent; how many are read at once is the store's own bound.
   */
  private static final long PAGE_BYTES = 128 * 1024;

  private final ServerCallStreamObserver<?> call;
  private final Pages<P> pages;
  private final FairBudget.Holder room = Outgoing.current().connection().outgoing();

  /** Goes on when there is room for a page; one object, by which the waiting is known. */
  private final Runnable whenRoom = this::hasRoom;

  /** A page is read, or there is no room for it yet. */
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

  private void cancelled() {
    synchronized (this) {
      ended = true;
    }
    room.stopWaiting(whenRoom);
  }

  /** Pages that are there at once are sent in a loop: their number is not bounded, a stack is. */
  private void readOn() {
    boolean more = true;
    while (more && isWanted()) {
      more = room.takeOrWait(PAGE_BYTES, whenRoom) && readPage();
    }
  }

  private void hasRoom() {
    if (readPage()) {
      readOn();
    }
  }

  private synchronized boolean isWanted() {
    if (reading || ended || !call.isReady()) {
      return false;
    }
    reading = true;
    return true;
  }

  /** Reads a page and sends it. True: that is done; false: it will go on by itself. */
  private boolean readPage() {
    CompletableFuture<P> page = next();
    if (page.isDone()) {
      page.whenComplete(this::deliver);
      return true;
    }
    page.whenComplete(
        (sent, thrown) -> {
          deliver(sent, thrown);
          readOn();
        });
    return false;
  }

  private CompletableFuture<P> next() {
    try {
      return pages.next();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void deliver(P page, @Nullable Throwable thrown) {
    try {
      if (thrown == null) {
        send(page);
      } else {
        fail(thrown);
      }
    } finally {
      room.release(PAGE_BYTES);
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
