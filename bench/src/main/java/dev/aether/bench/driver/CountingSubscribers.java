package dev.aether.bench.driver;

import com.google.protobuf.Empty;
import dev.aether.v1.SubscribeRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Many live subscriptions that only count the commits that they get. */
public final class CountingSubscribers implements AutoCloseable {
  /** Calls per connection: a node allows more, but proxies often do not. */
  private static final int PER_CONNECTION = 100;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final AtomicInteger started = new AtomicInteger();
  private final LongAdder commits = new LongAdder();
  private final AtomicReference<@Nullable Status> ended = new AtomicReference<>();

  /** Starts this many subscriptions. */
  public CountingSubscribers(String address, String namespace, int count) {
    SubscribeRequest request =
        SubscribeRequest.newBuilder()
            .setNamespacePattern(namespace)
            .setLive(Empty.getDefaultInstance())
            .build();
    for (int i = 0; i < count; i++) {
      if (i % PER_CONNECTION == 0) {
        channels.add(Channels.open(address));
      }
      ClientCall<SubscribeRequest, CountedFrame> call =
          channels.get(channels.size() - 1).newCall(CountedFrame.SUBSCRIBE, CallOptions.DEFAULT);
      call.start(new Listener(call), new Metadata());
      call.sendMessage(request);
      call.halfClose();
      call.request(1);
    }
  }

  /**
   * The number of subscriptions that have received their first frame and see everything that is
   * stored from now on.
   */
  public int started() {
    return started.get();
  }

  /** The number of commits that all subscribers have received. */
  public long commits() {
    Status status = ended.get();
    if (status != null) {
      throw new IllegalStateException("a subscription ended: " + status);
    }
    return commits.sum();
  }

  @Override
  public void close() {
    channels.forEach(Channels::close);
  }

  private final class Listener extends ClientCall.Listener<CountedFrame> {
    private final ClientCall<SubscribeRequest, CountedFrame> call;

    Listener(ClientCall<SubscribeRequest, CountedFrame> call) {
      this.call = call;
    }

    @Override
    public void onMessage(CountedFrame frame) {
      if (frame.started()) {
        started.incrementAndGet();
      }
      commits.add(frame.commits());
      call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.compareAndSet(null, status);
    }
  }
}
