package dev.aether.bench.neighbour;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A process that opens many calls and reads none of their responses, or a {@link Flood}: {@code
 * ADDRESS NAMESPACE subscriptions|streams COUNT CONNECTIONS}, or {@code ADDRESS NAMESPACE KIND
 * CONNECTIONS THREADS}. Prints its state on standard output once a second, until it is stopped.
 */
public final class Attacker {
  private static final long SECOND = 1000;
  private static final int DATA_BYTES = 200;

  /**
   * The flow-control window of HTTP/2 that most clients have. gRPC's Java client would let it grow
   * to 8 MiB per call.
   */
  private static final int WINDOW = 65_535;

  private final String namespace;
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicLong sent = new AtomicLong();

  private Attacker(String namespace) {
    this.namespace = namespace;
  }

  /** Never returns. */
  public static void main(String[] args) throws InterruptedException {
    Attacker attacker = new Attacker(args[1]);
    int count = Integer.parseInt(args[3]);
    int connections = Integer.parseInt(args[4]);
    if (Flood.isKind(args[2])) {
      attacker.flood(args[0], Flood.Kind.valueOf(args[2]), count, connections);
    } else {
      attacker.call(args[0], args[2], count, connections);
    }
    while (true) {
      Thread.sleep(SECOND);
      System.out.println(
          "opened " + count + " refused " + attacker.refused + " sent " + attacker.sent);
    }
  }

  private void flood(String address, Flood.Kind kind, int connections, int threads) {
    for (int i = 0; i < threads; i++) {
      Thread thread =
          new Thread(
              new Flood(address, kind, Math.max(1, connections / threads), refused, sent),
              "flood-" + i);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void call(String address, String kind, int count, int connections) {
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      channels.add(
          NettyChannelBuilder.forTarget("dns:///" + address)
              .usePlaintext()
              .directExecutor()
              .flowControlWindow(WINDOW)
              .build());
    }
    for (int i = 0; i < count; i++) {
      ManagedChannel channel = channels.get(i % connections);
      if (kind.equals("streams")) {
        openStream(channel, i);
      } else {
        subscribe(channel);
      }
    }
  }

  private void subscribe(ManagedChannel channel) {
    SubscribeRequest request =
        SubscribeRequest.newBuilder()
            .setNamespacePattern(namespace)
            .setBeginning(Empty.getDefaultInstance())
            .build();
    EventBusGrpc.newStub(channel)
        .subscribe(request, new Untaken<SubscribeRequest, SubscribeResponse>(() -> {}));
  }

  private void openStream(ManagedChannel channel, int number) {
    Saves saves = new Saves(number);
    Untaken<SaveEventsRequest, SaveEventsStreamResponse> answers = new Untaken<>(saves::send);
    saves.answers = answers;
    var unused = EventStoreGrpc.newStub(channel).saveEventsStream(answers);
  }

  /** Sends as much as the server accepts. */
  private final class Saves {
    private final int number;
    private int next;
    private @Nullable Untaken<SaveEventsRequest, SaveEventsStreamResponse> answers;

    Saves(int number) {
      this.number = number;
    }

    void send() {
      Untaken<SaveEventsRequest, SaveEventsStreamResponse> of = answers;
      ClientCallStreamObserver<SaveEventsRequest> call = of == null ? null : of.call;
      while (call != null && call.isReady()) {
        call.onNext(
            SaveEventsRequest.newBuilder()
                .setNamespace(namespace)
                .setActorId("attacked-" + number + "-" + next)
                .setCommitId(number + "-" + next++)
                .setAnyVersion(Empty.getDefaultInstance())
                .addEvents(
                    NewEvent.newBuilder()
                        .setEventType("Attack")
                        .setData(ByteString.copyFrom(new byte[DATA_BYTES])))
                .build());
        sent.incrementAndGet();
      }
    }
  }

  /** Never requests a response. */
  private final class Untaken<Q, R> implements ClientResponseObserver<Q, R> {
    private final Runnable onReady;
    private @Nullable ClientCallStreamObserver<Q> call;

    Untaken(Runnable onReady) {
      this.onReady = onReady;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> begun) {
      call = begun;
      begun.disableAutoRequestWithInitial(0);
      begun.setOnReadyHandler(onReady);
    }

    @Override
    public void onNext(R answer) {}

    @Override
    public void onError(Throwable thrown) {
      refused.incrementAndGet();
    }

    @Override
    public void onCompleted() {}
  }
}
