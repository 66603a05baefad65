package dev.aether.bench.driver;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Empty;
import com.google.protobuf.WireFormat;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionEvents;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Many live subscriptions that only count the commits that they get. They skip over the fields of
 * frames without parsing them, since the benchmark measures the node rather than its clients.
 */
public final class CountingSubscribers implements AutoCloseable {
  /** Calls per connection: a node allows more, but proxies often do not. */
  private static final int PER_CONNECTION = 100;

  private static final MethodDescriptor<SubscribeRequest, Frame> METHOD =
      EventBusGrpc.getSubscribeMethod().toBuilder(
              EventBusGrpc.getSubscribeMethod().getRequestMarshaller(), new FrameMarshaller())
          .build();

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
      ClientCall<SubscribeRequest, Frame> call =
          channels.get(channels.size() - 1).newCall(METHOD, CallOptions.DEFAULT);
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

  private record Frame(boolean started, int commits) {}

  private final class Listener extends ClientCall.Listener<Frame> {
    private final ClientCall<SubscribeRequest, Frame> call;

    Listener(ClientCall<SubscribeRequest, Frame> call) {
      this.call = call;
    }

    @Override
    public void onMessage(Frame frame) {
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

  private static final class FrameMarshaller implements Marshaller<Frame> {
    @Override
    public InputStream stream(Frame frame) {
      throw new UnsupportedOperationException("frames are only read");
    }

    @Override
    public Frame parse(InputStream stream) {
      try {
        CodedInputStream in = CodedInputStream.newInstance(stream);
        boolean started = false;
        int commits = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
          int field = WireFormat.getTagFieldNumber(tag);
          started |= field == SubscribeResponse.STARTED_FIELD_NUMBER;
          if (field == SubscribeResponse.EVENTS_FIELD_NUMBER) {
            int limit = in.pushLimit(in.readRawVarint32());
            commits += commits(in);
            in.popLimit(limit);
          } else {
            in.skipField(tag);
          }
        }
        return new Frame(started, commits);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static int commits(CodedInputStream in) throws IOException {
      int commits = 0;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == SubscriptionEvents.COMMITS_FIELD_NUMBER) {
          commits++;
        }
        in.skipField(tag);
      }
      return commits;
    }
  }
}
