package dev.aether.bench.driver;

import com.google.protobuf.Empty;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.SubscribeRequest;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/** Reads a namespace from its beginning and only counts the commits. Each call blocks. */
public final class WholeLogReader implements AutoCloseable {
  private static final long END_WITHIN_SECONDS = 300;

  private final ManagedChannel channel;
  private final String namespace;

  /** Creates a reader, which does not connect yet; {@code address} is HOST:PORT of the node. */
  public WholeLogReader(String address, String namespace) {
    this.channel = Channels.open(address);
    this.namespace = namespace;
  }

  /** Subscribes from the beginning until this many commits have come. Returns their number. */
  public int subscribe(int commits) {
    SubscribeRequest request =
        SubscribeRequest.newBuilder()
            .setNamespacePattern(namespace)
            .setBeginning(Empty.getDefaultInstance())
            .build();
    return read(CountedFrame.SUBSCRIBE, request, commits);
  }

  /** Calls ReadLog. Returns the number of its commits, which has no limit. */
  public int readLog() {
    ReadLogRequest request = ReadLogRequest.newBuilder().setNamespacePattern(namespace).build();
    return read(CountedFrame.READ_LOG, request, Integer.MAX_VALUE);
  }

  private <Q> int read(MethodDescriptor<Q, CountedFrame> method, Q request, int enough) {
    Context.CancellableContext call = Context.current().withCancellation();
    Context before = call.attach();
    try {
      Iterator<CountedFrame> frames =
          ClientCalls.blockingServerStreamingCall(
              channel,
              method,
              CallOptions.DEFAULT.withDeadlineAfter(END_WITHIN_SECONDS, TimeUnit.SECONDS),
              request);
      int commits = 0;
      while (commits < enough && frames.hasNext()) {
        commits += frames.next().commits();
      }
      return commits;
    } finally {
      call.detach(before);
      call.cancel(null);
    }
  }

  @Override
  public void close() {
    Channels.close(channel);
  }
}
