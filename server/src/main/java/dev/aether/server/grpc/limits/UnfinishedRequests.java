package dev.aether.server.grpc.limits;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the node has received of requests whose rest is still to come: gRPC keeps it in
 * Netty's buffers, and the caller's rights are checked only when a request is complete. The only
 * request of a call is counted until its client ends its side of the call, since gRPC holds it for
 * the service until then. {@link AdmissionControl} sets the limit of each call. Thread-safe.
 */
public final class UnfinishedRequests extends ServerStreamTracer.Factory {
  private static final Context.Key<Request> REQUEST = Context.key("aether-unfinished");

  /** What a call may have received without being counted: most requests are smaller. */
  static final int FREE_BYTES = 8 * 1024;

  /**
   * What arrives at a time counts as at least this: however little it is, it keeps the buffer from
   * being reused into which it was read.
   */
  private static final int LEAST_COST = 4 * 1024;

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    return new Request();
  }

  /**
   * Sets the limit of the current call. Call it before the call's first request is asked for.
   *
   * @param isOnly whether the call has only one request
   * @param refuse ends the call, if it exceeds the limit
   * @return what to run when the client has ended its side of the call
   */
  static Runnable limit(FairBudget.Holder budget, boolean isOnly, Runnable refuse) {
    Request request = REQUEST.get();
    if (request == null) {
      return () -> {};
    }
    request.limit(budget, isOnly, refuse);
    return request::release;
  }

  /** The request that a call is receiving. gRPC calls it on the thread of the connection. */
  private static final class Request extends ServerStreamTracer {
    private long cost;

    /** The size of the request after decompression, as far as it is decoded. */
    private long decoded;

    /** Set before the first request is asked for, on the thread of the connection. */
    private boolean isOnly;

    /** Guarded by this, like the fields below: the call may end on any thread. */
    private FairBudget.@Nullable Holder budget;

    private @Nullable Runnable refuse;
    private long taken;
    private boolean refused;
    private boolean ended;

    @Override
    public Context filterContext(Context context) {
      return context.withValue(REQUEST, this);
    }

    synchronized void limit(FairBudget.Holder budget, boolean isOnly, Runnable refuse) {
      this.budget = budget;
      this.isOnly = isOnly;
      this.refuse = refuse;
    }

    @Override
    public void inboundWireSize(long bytes) {
      count(Math.max(bytes, LEAST_COST));
    }

    private void count(long more) {
      cost += more;
      if (cost > FREE_BYTES) {
        take(more);
      }
    }

    /** A part of the request is decoded. Only one that is compressed is larger than it was. */
    @Override
    public void inboundUncompressedSize(long bytes) {
      if (isOnly) {
        decoded += bytes;
        if (decoded > cost) {
          if (isRefused()) {
            // Within the marshaller, which reads no more of it.
            throw Status.RESOURCE_EXHAUSTED.asRuntimeException();
          }
          count(decoded - cost);
        }
      }
    }

    /** The request is complete. If it is the only one, it is held until the client's side ends. */
    @Override
    public void inboundMessageRead(int number, long wireSize, long size) {
      if (isOnly) {
        return;
      }
      if (cost > FREE_BYTES) {
        release();
      }
      cost = 0;
    }

    @Override
    public void streamClosed(Status status) {
      synchronized (this) {
        ended = true;
      }
      release();
    }

    private void take(long more) {
      Runnable exceeded;
      synchronized (this) {
        if (ended || budget == null) {
          return;
        }
        if (budget.take(more)) {
          taken += more;
          return;
        }
        exceeded = refused ? null : refuse;
        refused = true;
      }
      if (exceeded != null) {
        exceeded.run();
      }
    }

    private synchronized boolean isRefused() {
      return refused;
    }

    private void release() {
      FairBudget.Holder from;
      long all;
      synchronized (this) {
        from = budget;
        all = taken;
        taken = 0;
      }
      if (from != null && all > 0) {
        from.release(all);
      }
    }
  }
}
