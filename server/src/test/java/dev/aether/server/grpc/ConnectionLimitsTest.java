package dev.aether.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.grpc.limits.AdmissionControl;
import dev.aether.server.grpc.limits.ConnectionUsage;
import dev.aether.server.grpc.limits.NodeLimits;
import dev.aether.server.grpc.limits.UnfinishedRequests;
import dev.aether.server.grpc.limits.UnreadResponses;
import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.grpc.saves.SaveStreamCall;
import dev.aether.server.security.ClientLimits;
import dev.aether.server.store.Save;
import dev.aether.server.testing.Await;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The limits of one connection, and what they leave for others. The store answers when the test
 * says so, since a real one cannot be kept full at will.
 */
class ConnectionLimitsTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final long HEAP = 256L * 1024 * 1024;
  private static final int STREAMS = 40;

  /** The flow-control window of a call: the bytes of answers that a client buffers unread. */
  private static final int WINDOW = 65_535;

  /** A commit id that makes an answer larger than its length. */
  private static final String LONG = "c".repeat(50);

  /** An eighth of the heap is for saves, and a connection that is alone gets half of that. */
  private static final long SAVE_BYTES_OF_A_CONNECTION = HEAP / 16;

  private static final int EVENTS = 100;
  private static final int COMMIT_BYTES = 2 * 1024 * 1024;

  /** More than the lengths of fields take in a message. */
  private static final int LENGTHS = 16;

  private static final String TRACEPARENT =
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private final Timers timers = new Timers();
  private final HeldStore store = new HeldStore();
  private final NodeLimits limits = new NodeLimits(HEAP);
  private final EventStoreService service =
      new EventStoreService(store, new EventDefaults(InstantSource.system()));
  private final Server server = serve();
  private final ManagedChannel attacked = channel();
  private final ManagedChannel beside = channel();

  /** The number of the store's saves that are answered. */
  private final AtomicInteger answered = new AtomicInteger();

  private Server serve() {
    try {
      return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
          .directExecutor()
          .addStreamTracerFactory(new UnfinishedRequests())
          .addTransportFilter(ConnectionUsage.each(limits, 0))
          .intercept(new AdmissionControl(ClientLimits.DEFAULT, new DeadlineScheduler(timers)))
          .addService(service)
          .build()
          .start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private ManagedChannel channel() {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
        .usePlaintext()
        .flowControlWindow(WINDOW)
        .build();
  }

  @AfterEach
  void end() {
    attacked.shutdownNow();
    beside.shutdownNow();
    server.shutdownNow();
    timers.close();
  }

  private static SaveEventsRequest save(String actor, String commitId) {
    return SaveEventsRequest.newBuilder()
        .setActorId(actor)
        .setCommitId(commitId)
        .setAnyVersion(Empty.getDefaultInstance())
        .addEvents(NewEvent.newBuilder().setEventType("E"))
        .build();
  }

  /** A stream of saves that sends as much as flow control allows. */
  private final class Flood
      implements ClientResponseObserver<SaveEventsRequest, SaveEventsStreamResponse> {
    private final int number;
    private final int atMost;
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private int next;
    private volatile @Nullable ClientCallStreamObserver<SaveEventsRequest> call;

    Flood(int number, int atMost) {
      this.number = number;
      this.atMost = atMost;
      var unused = EventStoreGrpc.newStub(attacked).saveEventsStream(this);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SaveEventsRequest> begun) {
      call = begun;
      begun.disableAutoRequestWithInitial(0);
      begun.setOnReadyHandler(this::send);
    }

    private void send() {
      ClientCallStreamObserver<SaveEventsRequest> to = call;
      while (to != null && to.isReady() && next < atMost) {
        to.onNext(save("a-" + number + "-" + next, number + "-" + next + LONG));
        next++;
      }
    }

    void takeAnswers() {
      ClientCallStreamObserver<SaveEventsRequest> from = call;
      if (from != null) {
        from.request(Integer.MAX_VALUE);
      }
    }

    @Override
    public void onNext(SaveEventsStreamResponse answer) {
      (answer.hasSaved() ? answered : refused).incrementAndGet();
    }

    @Override
    public void onError(Throwable thrown) {}

    @Override
    public void onCompleted() {}
  }

  private List<Flood> flood(int each) {
    List<Flood> floods = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      floods.add(new Flood(i, each));
    }
    return floods;
  }

  /** Whether saves arrived, but none for a second. */
  private final class Quiet implements BooleanSupplier {
    private int seen;
    private long since = System.nanoTime();

    @Override
    public boolean getAsBoolean() {
      int now = store.held.size();
      if (now != seen) {
        seen = now;
        since = System.nanoTime();
      }
      return seen > 0 && System.nanoTime() - since > Duration.ofSeconds(1).toNanos();
    }
  }

  private void answerUntil(String what, BooleanSupplier condition) {
    Await.until(
        what,
        BOUND,
        () -> {
          while (answered.get() < store.held.size()) {
            store.answer(answered.getAndIncrement());
          }
          return condition.getAsBoolean();
        });
  }

  private static int sum(List<Flood> floods, Function<Flood, AtomicInteger> count) {
    return floods.stream().mapToInt(flood -> count.apply(flood).get()).sum();
  }

  private CompletableFuture<Status> saveBeside() {
    return end(beside, save("beside", "beside"));
  }

  private static CompletableFuture<Status> end(ManagedChannel client, SaveEventsRequest request) {
    CompletableFuture<Status> end = new CompletableFuture<>();
    EventStoreGrpc.newStub(client)
        .saveEvents(
            request,
            new StreamObserver<>() {
              @Override
              public void onNext(SaveEventsResponse response) {}

              @Override
              public void onError(Throwable thrown) {
                end.complete(Status.fromThrowable(thrown));
              }

              @Override
              public void onCompleted() {
                end.complete(Status.OK);
              }
            });
    return end;
  }

  @Test
  void allStreamsOfAConnectionShareOneLimitAndLeaveRoomForOtherClients() {
    List<Flood> floods = flood(SaveStreamCall.MAX_UNANSWERED);
    Await.until(
        "as many saves as fit", BOUND, () -> store.held.size() >= ConnectionUsage.STREAMED_SAVES);
    Await.until("no more saves to arrive", BOUND, new Quiet());
    int held = store.held.size();
    // Requests that were already requested may exceed the limit: one for each stream.
    assertEquals(ConnectionUsage.STREAMED_SAVES, held, STREAMS);

    CompletableFuture<Status> besideThem = saveBeside();
    Await.until("the save of the other client", BOUND, () -> store.held.size() > held);
    floods.forEach(Flood::takeAnswers);
    int all = STREAMS * SaveStreamCall.MAX_UNANSWERED;
    answerUntil("all streams are answered", () -> sum(floods, f -> f.answered) == all);
    assertEquals(Status.Code.OK, besideThem.join().getCode());
    assertEquals(0, sum(floods, flood -> flood.refused));
    Await.until("all permits to be free", BOUND, () -> limits.saves.taken() == 0);
  }

  /** The same save without a trace is admitted, and one that is as large as with it is not. */
  @Test
  void aTraceThatAConnectionHasNoRoomForIsLeftOut() {
    SaveEventsRequest plain = many("plain", "");
    SaveEventsRequest traced = plain.toBuilder().setTraceparent(TRACEPARENT).build();
    int traces = EVENTS * ("traceparent".length() + TRACEPARENT.length());
    long room = 2L * traced.getSerializedSize() + traces;
    long filling = (SAVE_BYTES_OF_A_CONNECTION - room) / 2;
    List<CompletableFuture<Status>> fillers = new ArrayList<>();
    while (filling > 0) {
      SaveEventsRequest filler = ofSize((int) Math.min(filling, COMMIT_BYTES), fillers.size());
      filling -= filler.getSerializedSize();
      fillers.add(end(attacked, filler));
      Await.until("a filler", BOUND, () -> store.held.size() == fillers.size());
    }
    int before = store.saves.size();

    assertEquals(
        Status.Code.RESOURCE_EXHAUSTED,
        end(attacked, many("large", "t".repeat(traces))).join().getCode());
    CompletableFuture<Status> withoutRoom = end(attacked, traced);
    Await.until("the save", BOUND, () -> store.held.size() == before + 1);
    assertEquals(0, traces(store.saves.get(before)));

    answerUntil("all are answered", withoutRoom::isDone);
    assertEquals(Status.Code.OK, withoutRoom.join().getCode());
    fillers.forEach(filler -> assertEquals(Status.Code.OK, filler.join().getCode()));
    CompletableFuture<Status> withRoom = end(attacked, traced);
    answerUntil("the save with its trace is answered", withRoom::isDone);
    assertEquals(Status.Code.OK, withRoom.join().getCode());
    assertEquals(EVENTS, traces(store.saves.get(before + 1)));
    Await.until("all permits to be free", BOUND, () -> limits.saves.taken() == 0);
  }

  private static long traces(Save save) {
    return save.events().stream()
        .filter(event -> TRACEPARENT.equals(event.getMetadataMap().get("traceparent")))
        .count();
  }

  private static SaveEventsRequest many(String commitId, String more) {
    SaveEventsRequest.Builder request = save("many", commitId).toBuilder();
    while (request.getEventsCount() < EVENTS) {
      request.addEvents(NewEvent.newBuilder().setEventType("E"));
    }
    return request
        .setEvents(
            0, NewEvent.newBuilder().setEventType("E").setData(ByteString.copyFromUtf8(more)))
        .build();
  }

  @Test
  void aRequestIsCountedAsUnfinishedUntilItsClientEndsTheCall() {
    ClientCall<SaveEventsRequest, SaveEventsResponse> call =
        attacked.newCall(EventStoreGrpc.getSaveEventsMethod(), CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.request(1);
    call.sendMessage(ofSize(COMMIT_BYTES, 0));
    Await.until(
        "the request", BOUND, () -> limits.unfinishedBytes.taken() >= COMMIT_BYTES - LENGTHS);
    assertEquals(0, store.held.size());

    call.halfClose();
    Await.until("the save", BOUND, () -> store.held.size() == 1);
    assertEquals(0, limits.unfinishedBytes.taken());
  }

  /** A request that is at most a few bytes smaller. */
  private static SaveEventsRequest ofSize(int bytes, int number) {
    SaveEventsRequest empty = save("filler-" + number, "filler-" + number);
    int data = Math.max(0, bytes - empty.getSerializedSize() - LENGTHS);
    return empty.toBuilder()
        .setEvents(
            0, NewEvent.newBuilder().setEventType("E").setData(ByteString.copyFrom(new byte[data])))
        .build();
  }

  @Test
  void aConnectionThatReadsNoAnswersSavesNoMoreThanItsShareHolds() {
    int each = 3000;
    List<Flood> floods = flood(each);
    answerUntil("nothing comes any more", new Quiet());
    long most = limits.unreadBytes.alone() + limits.saves.alone() * UnreadResponses.PAGE;
    assertTrue(limits.unreadBytes.taken() <= most, limits.unreadBytes.taken() + " bytes are held");
    int read = answered.get();
    int within = STREAMS * WINDOW / LONG.length();
    assertTrue(
        read < within + limits.saves.alone() + 4000,
        read + " requests were read of one whose windows take " + within + " answers");

    CompletableFuture<Status> besideThem = saveBeside();
    answerUntil("the save beside them is answered", besideThem::isDone);
    assertEquals(Status.Code.OK, besideThem.join().getCode());

    floods.forEach(Flood::takeAnswers);
    answerUntil("all streams are answered", () -> sum(floods, f -> f.answered) == STREAMS * each);
    Await.until("nothing to be held", BOUND, () -> limits.unreadBytes.taken() == 0);
  }
}
