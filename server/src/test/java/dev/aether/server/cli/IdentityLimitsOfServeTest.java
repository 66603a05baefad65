package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.event.Reason;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.security.Tokens;
import dev.aether.server.testing.Await;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.Snapshot;
import dev.aether.v1.SubscribeRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The options of serve that limit calls, above all those of one identity, over a real port. */
class IdentityLimitsOfServeTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final String ONE = Tokens.random();
  private static final String OTHER = Tokens.random();

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @TempDir private Path folder = Path.of("");
  private SecurityConfig security = SecurityConfig.NONE;
  private int port;
  private int commits;

  @BeforeEach
  void write() throws IOException {
    Path tokens = folder.resolve("tokens");
    Files.write(tokens, List.of(Tokens.line("one", ONE), Tokens.line("other", OTHER)));
    Path policy = folder.resolve("policy");
    Files.write(policy, List.of("token:one > all", "token:other > all"));
    security =
        new SecurityConfig(
            Optional.empty(), Optional.of(tokens), Optional.empty(), Optional.of(policy));
  }

  private void serve(SecurityConfig secured, String... options) {
    LimitFlags flags = CommandLine.populateCommand(new LimitFlags(), options);
    ServerConfig config = ServerConfig.on(new StoreChoice.Memory()).withoutHttp();
    AetherServer server =
        AetherServer.start(config.withLimits(flags.limits()).withSecurity(secured));
    opened.push(server);
    port = server.grpcAddress().getPort();
  }

  @AfterEach
  void end() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  private ManagedChannel channel() {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    opened.push(channel::shutdownNow);
    return channel;
  }

  /** A connection of its own. */
  private Channel channel(String token) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return ClientInterceptors.intercept(
        channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private SaveEventsRequest request(int bytes) {
    return SaveEventsRequest.newBuilder()
        .setActorId("a-" + ++commits)
        .setCommitId("c-" + commits)
        .setAnyVersion(Empty.getDefaultInstance())
        .addEvents(
            NewEvent.newBuilder().setEventType("E").setData(ByteString.copyFrom(new byte[bytes])))
        .build();
  }

  /** The status of a save. */
  private Status save(Channel channel, int bytes) {
    try {
      var unused =
          EventStoreGrpc.newBlockingStub(channel)
              .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
              .saveEvents(request(bytes));
      return Status.OK;
    } catch (StatusRuntimeException e) {
      refusal = e;
      return e.getStatus();
    }
  }

  private StatusRuntimeException refusal = Status.OK.asRuntimeException();

  /** Saves until the limit is reached. */
  private StatusRuntimeException refusedSave(Channel channel) {
    for (int i = 0; i < 1000; i++) {
      if (!save(channel, 1).isOk()) {
        return refusal;
      }
    }
    throw new AssertionError("no save was refused");
  }

  private void awaitSaved(Channel channel) {
    Await.until("a save", BOUND, () -> save(channel, 1).isOk());
  }

  private static void assertOverloaded(String limit, Throwable thrown) {
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    try {
      ErrorInfo info = status.getDetails(0).unpack(ErrorInfo.class);
      assertEquals(Reason.OVERLOADED.name(), info.getReason(), status.toString());
      assertEquals(limit, info.getMetadataOrThrow("limit"));
      assertTrue(status.getMessage().contains(limit), status.getMessage());
      com.google.protobuf.Duration delay =
          status.getDetails(1).unpack(RetryInfo.class).getRetryDelay();
      assertTrue(delay.getSeconds() > 0 || delay.getNanos() > 0, delay.toString());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** A call that has sent its headers, and no request. */
  private final class Opened<Q, R> extends ClientCall.Listener<R> {
    private final CompletableFuture<StatusRuntimeException> end = new CompletableFuture<>();
    private final ClientCall<Q, R> call;

    Opened(Channel channel, MethodDescriptor<Q, R> method) {
      call = channel.newCall(method, CallOptions.DEFAULT);
      call.start(this, new Metadata());
      call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.complete(status.asRuntimeException(trailers));
    }
  }

  private <Q, R> Opened<Q, R> open(Channel channel, MethodDescriptor<Q, R> method) {
    return new Opened<>(channel, method);
  }

  /** Whether a call has ended before a save on the same connection. */
  private boolean isRefused(Opened<?, ?> call, Channel channel) {
    send(channel);
    return call.end.isDone();
  }

  /** gRPC's client sends the headers of a call with its request, or with those of the next call. */
  private void send(Channel channel) {
    assertTrue(save(channel, 1).isOk());
  }

  /** How a call without a request ends. */
  private StatusRuntimeException end(Channel channel, MethodDescriptor<?, ?> method) {
    Opened<?, ?> opened = open(channel, method);
    send(channel);
    return opened.end.orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS).join();
  }

  @Test
  void subscriptionsAboveTheLimitOfAConnectionAreRefused() {
    serve(SecurityConfig.NONE, "--max-subscriptions-per-connection", "2");
    ManagedChannel channel = channel();
    MethodDescriptor<?, ?> subscribe = EventBusGrpc.getSubscribeMethod();
    Opened<?, ?> first = open(channel, subscribe);
    assertFalse(isRefused(first, channel));
    assertFalse(isRefused(open(channel, subscribe), channel));

    assertOverloaded("--max-subscriptions-per-connection", end(channel, subscribe));
    ManagedChannel beside = channel();
    assertFalse(isRefused(open(beside, subscribe), beside));

    first.call.cancel("to make room", null);
    Await.until("room", BOUND, () -> isServed(channel, subscribe));
  }

  @Test
  void theSubscriptionsOfAnIdentityAreCountedOnAllItsConnections() {
    serve(security, "--max-subscriptions-per-identity", "2");
    assertCounted("--max-subscriptions-per-identity", EventBusGrpc.getSubscribeMethod());
  }

  private static List<MethodDescriptor<?, ?>> reads() {
    return List.of(
        EventStoreGrpc.getGetEventsMethod(),
        EventStoreGrpc.getLoadActorMethod(),
        EventStoreGrpc.getReadLogMethod(),
        EventStoreGrpc.getListActorsMethod(),
        EventStoreGrpc.getGetLatestVersionMethod(),
        EventStoreGrpc.getGetLatestSnapshotMethod());
  }

  @ParameterizedTest
  @MethodSource("reads")
  void theReadsOfAnIdentityAreCountedOnAllItsConnections(MethodDescriptor<?, ?> read) {
    serve(security, "--max-reads-per-identity", "2");
    assertCounted("--max-reads-per-identity", read);
  }

  private void assertCounted(String limit, MethodDescriptor<?, ?> method) {
    Channel channel = channel(ONE);
    Channel second = channel(ONE);
    Opened<?, ?> first = open(channel, method);
    assertFalse(isRefused(first, channel));
    assertFalse(isRefused(open(second, method), second));

    assertOverloaded(limit, end(channel, method));
    assertOverloaded(limit, end(second, method));
    Channel other = channel(OTHER);
    assertFalse(isRefused(open(other, method), other));

    first.call.cancel("to make room", null);
    Await.until("room", BOUND, () -> isServed(second, method));
  }

  /** Whether a call is admitted; ends it. */
  private boolean isServed(Channel channel, MethodDescriptor<?, ?> method) {
    Opened<?, ?> attempt = open(channel, method);
    boolean served = !isRefused(attempt, channel);
    attempt.call.cancel("to make room", null);
    return served;
  }

  @Test
  void anIdentityAboveItsSavesPerSecondIsRefusedAndServedAfterAWhile() {
    serve(security, "--max-saves-per-second", "1");
    Channel channel = channel(ONE);
    assertTrue(save(channel, 1).isOk());

    assertOverloaded("--max-saves-per-second", refusedSave(channel(ONE)));
    assertTrue(save(channel(OTHER), 1).isOk());

    awaitSaved(channel);
  }

  @Test
  void snapshotsCountAsSaves() {
    serve(security, "--max-saves-per-second", "1");
    Channel channel = channel(ONE);
    SaveSnapshotRequest snapshot =
        SaveSnapshotRequest.newBuilder()
            .setSnapshot(Snapshot.newBuilder().setActorId("a-1").setVersion(1))
            .build();
    assertTrue(save(channel, 1).isOk());
    for (int i = 0; i < 1000; i++) {
      try {
        var unused = EventStoreGrpc.newBlockingStub(channel).saveSnapshot(snapshot);
      } catch (StatusRuntimeException refused) {
        assertOverloaded("--max-saves-per-second", refused);
        return;
      }
    }
    throw new AssertionError("no snapshot was refused");
  }

  @Test
  void aSaveLargerThanTheBytesOfASecondIsStoredAndTheNextWaitsForIt() {
    serve(security, "--max-save-bytes-per-second", "1000");
    Channel channel = channel(ONE);
    assertTrue(save(channel, 3000).isOk());

    assertOverloaded("--max-save-bytes-per-second", refusedSave(channel));

    awaitSaved(channel);
  }

  @Test
  void aStreamOfSavesIsSlowedDownInsteadOfRefused() {
    int perSecond = 20;
    int saves = 3 * perSecond;
    serve(security, "--max-saves-per-second", Integer.toString(perSecond));
    Answers answers = new Answers();
    long begin = System.nanoTime();
    StreamObserver<SaveEventsRequest> stream =
        EventStoreGrpc.newStub(channel(ONE)).saveEventsStream(answers);
    for (int i = 0; i < saves; i++) {
      stream.onNext(request(1));
    }
    stream.onCompleted();

    assertEquals(Status.OK, answers.end.orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS).join());
    assertEquals(saves, answers.saved.size());
    // A bucket's content and one save for each token that arrived. More time never fails this.
    double seconds = (System.nanoTime() - begin) / 1e9;
    assertTrue(saves <= perSecond + seconds * perSecond + 1, saves + " saves in " + seconds);
  }

  private static final class Answers implements StreamObserver<SaveEventsStreamResponse> {
    private final List<String> saved = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    @Override
    public void onNext(SaveEventsStreamResponse answer) {
      if (answer.hasSaved()) {
        saved.add(answer.getCommitId());
      }
    }

    @Override
    public void onError(Throwable thrown) {
      end.complete(Status.fromThrowable(thrown));
    }

    @Override
    public void onCompleted() {
      end.complete(Status.OK);
    }
  }

  @Test
  void newStreamsDoNotEscapeTheLimit() {
    serve(security, "--max-saves-per-second", "1");
    Channel channel = channel(ONE);
    refusedSave(channel);
    Answers answers = new Answers();
    StreamObserver<SaveEventsRequest> stream =
        EventStoreGrpc.newStub(channel).saveEventsStream(answers);
    stream.onNext(request(1));
    assertTrue(save(channel(OTHER), 1).isOk());
    assertEquals(List.of(), answers.saved);

    Await.until("the save of the stream", BOUND, () -> answers.saved.size() == 1);
    stream.onCompleted();
  }

  @Test
  void aRequestThatNeverArrivesIsRefusedAndItsConnectionServesOn() {
    serve(SecurityConfig.NONE, "--request-timeout", "300ms");
    ManagedChannel channel = channel();
    Opened<?, ?> stream = open(channel, EventStoreGrpc.getSaveEventsStreamMethod());
    for (MethodDescriptor<?, ?> method :
        List.of(
            EventStoreGrpc.getSaveEventsMethod(),
            EventStoreGrpc.getGetEventsMethod(),
            EventBusGrpc.getSubscribeMethod())) {
      assertOverloaded("--request-timeout", end(channel, method));
    }
    assertTrue(save(channel, 1).isOk());
    assertFalse(stream.end.isDone());
  }

  /** Until then, gRPC holds the request and the service does not see it. */
  @Test
  void aRequestHasArrivedWhenItsClientEndsItsSideOfTheCall() {
    serve(SecurityConfig.NONE, "--request-timeout", "300ms");
    ManagedChannel channel = channel();
    Opened<SaveEventsRequest, ?> save = open(channel, EventStoreGrpc.getSaveEventsMethod());
    save.call.sendMessage(request(1));
    assertOverloaded(
        "--request-timeout", save.end.orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS).join());
    assertTrue(save(channel, 1).isOk());
  }

  @Test
  void aCallMayLastLongerThanItsRequestMayTakeToArrive() {
    serve(SecurityConfig.NONE, "--request-timeout", "100ms");
    ManagedChannel channel = channel();
    Opened<SubscribeRequest, ?> subscription = open(channel, EventBusGrpc.getSubscribeMethod());
    subscription.call.sendMessage(
        SubscribeRequest.newBuilder()
            .setNamespacePattern("*")
            .setLive(Empty.getDefaultInstance())
            .build());
    subscription.call.halfClose();

    assertOverloaded("--request-timeout", end(channel, EventStoreGrpc.getGetEventsMethod()));
    assertFalse(subscription.end.isDone());
  }
}
