package dev.aether.server.grpc.reads;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.grpc.limits.FairBudget;
import dev.aether.server.grpc.limits.UnreadResponses;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call that answers with frames. It reads one page at a time, and only while the client takes
 * frames. The threads of the call and of the store take turns under this object's lock.
 *
 * @param <P> a page
 */
public final class PagedCall<P> {
  /**
   * Memory that is reserved for a page while it is read. Most pages are smaller; larger ones count
   * in full when they are sent. The store limits how many are read at once.
   */
  private static final long PAGE_BYTES = 128 * 1024;

  private final ServerCallStreamObserver<?> call;
  private final Pages<P> pages;
  private final FairBudget.Holder room = UnreadResponses.current().connection().unreadBytes();

  /** Continues when there is room for a page. One object, since it identifies the waiting call. */
  private final Runnable whenRoom = this::hasRoom;

  /** A page is being read or waits for room. */
  private boolean reading;

  private boolean ended;

  /** The content of the answer. Called by one thread at a time. */
  public interface Pages<P> {
    /** The next page. Never blocks. */
    CompletableFuture<P> next();

    /**
     * Sends a page.
     *
     * @return false if it was the last page
     * @throws StoreException if the call must fail after what was sent
     */
    boolean send(P page);
  }

  private PagedCall(ServerCallStreamObserver<?> call, Pages<P> pages) {
    this.call = call;
    this.pages = pages;
  }

  /** Starts to answer a call. */
  public static void start(ServerCallStreamObserver<?> call, Pages<?> pages) {
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

  /** Sends pages that are available at once in a loop: recursion could overflow the stack. */
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

  /**
   * Reads a page and sends it. Returns false if the page is not available yet and reading will
   * continue by itself.
   */
  private boolean readPage() {
    CompletableFuture<P> page = CatchAll.begin(pages::next);
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
        }
      } catch (Throwable thrown) {
        // Whatever it is, the next page must not follow half of this one.
        fail(thrown);
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
