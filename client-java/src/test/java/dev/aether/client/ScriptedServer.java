package dev.aether.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import dev.aether.v1.CreateNamespaceRequest;
import dev.aether.v1.CreateNamespaceResponse;
import dev.aether.v1.DeleteNamespaceRequest;
import dev.aether.v1.DeleteNamespaceResponse;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.DeleteSnapshotResponse;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.GetLatestSnapshotRequest;
import dev.aether.v1.GetLatestSnapshotResponse;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.GetNamespaceRequest;
import dev.aether.v1.GetNamespaceResponse;
import dev.aether.v1.ListActorsRequest;
import dev.aether.v1.ListActorsResponse;
import dev.aether.v1.ListNamespacesRequest;
import dev.aether.v1.ListNamespacesResponse;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.NamespacesGrpc;
import dev.aether.v1.PublishRequest;
import dev.aether.v1.PublishResponse;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SaveEventsStreamResponse;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.SaveSnapshotResponse;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.UpdateNamespaceRequest;
import dev.aether.v1.UpdateNamespaceResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A server on a loopback port that answers each call with the next entry of its script. */
public final class ScriptedServer implements AutoCloseable {
  private static final int FIRST_PORT = 20_000;
  private static final int END_OF_PORTS = 32_000;
  private static final int PORT_ATTEMPTS = 100;

  /** A client with a short time for each attempt may need some. */
  private static final int CONNECT_ATTEMPTS = 50;

  /** Answers one call. */
  public interface Answer<Q, A> {
    void to(Q request, ServerCallStreamObserver<A> caller);
  }

  public final Queue<Answer<SaveEventsRequest, SaveEventsResponse>> saves =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<GetEventsRequest, GetEventsResponse>> reads =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<GetLatestVersionRequest, GetLatestVersionResponse>> latest =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<SubscribeRequest, SubscribeResponse>> subscriptions =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<LoadActorRequest, LoadActorResponse>> loads =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<ReadLogRequest, ReadLogResponse>> logReads =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<ListActorsRequest, ListActorsResponse>> actorLists =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<SaveSnapshotRequest, SaveSnapshotResponse>> snapshotSaves =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<GetLatestSnapshotRequest, GetLatestSnapshotResponse>> snapshots =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<DeleteSnapshotRequest, DeleteSnapshotResponse>> snapshotDeletes =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<PublishRequest, PublishResponse>> broadcasts =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<CreateNamespaceRequest, CreateNamespaceResponse>> creations =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<GetNamespaceRequest, GetNamespaceResponse>> namespaces =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<ListNamespacesRequest, ListNamespacesResponse>> namespaceLists =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<UpdateNamespaceRequest, UpdateNamespaceResponse>> updates =
      new ConcurrentLinkedQueue<>();
  public final Queue<Answer<DeleteNamespaceRequest, DeleteNamespaceResponse>> deletions =
      new ConcurrentLinkedQueue<>();

  /** The answers to the requests of save streams, stream after stream. */
  public final Queue<Answer<SaveEventsRequest, SaveEventsStreamResponse>> saveStreams =
      new ConcurrentLinkedQueue<>();

  /** What the server does when the client has ended its side of a stream of saves. */
  public volatile Consumer<StreamObserver<SaveEventsStreamResponse>> endOfSaveStream =
      StreamObserver::onCompleted;

  /** How many save streams their clients have ended. */
  public final AtomicInteger endedSaveStreams = new AtomicInteger();

  public final BlockingQueue<Message> requests = new LinkedBlockingQueue<>();

  private final Server server;

  /**
   * Listens on a port of its own, which a later server can listen on again. Outgoing connections of
   * other processes never take it in between: it is below the ports that Linux and macOS give them.
   */
  public ScriptedServer() {
    server = startOnAnyPort();
  }

  /** Listens on a port that an earlier server had. */
  public ScriptedServer(int port) {
    try {
      server = start(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Server startOnAnyPort() {
    IOException taken = new IOException("no port was tried");
    for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      try {
        return start(ThreadLocalRandom.current().nextInt(FIRST_PORT, END_OF_PORTS));
      } catch (IOException e) {
        taken = e;
      }
    }
    throw new UncheckedIOException(taken);
  }

  private Server start(int port) throws IOException {
    return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
        .addService(new Store())
        .addService(new Bus())
        .addService(new Registry())
        .build()
        .start();
  }

  public int port() {
    return server.getPort();
  }

  public String endpoint() {
    return "127.0.0.1:" + port();
  }

  /** A builder for a client of this server with short delays between repeats. */
  public AetherClientBuilder client() {
    return AetherClient.builder().endpoint(endpoint());
  }

  /**
   * Connects a client. A test whose call has little time does this first: the first connection of a
   * JVM can take longer than that.
   */
  public void connect(AetherClient client) {
    for (int i = 0; i < CONNECT_ATTEMPTS; i++) {
      latest.add(answer(GetLatestVersionResponse.getDefaultInstance()));
    }
    long unused = client.latestVersion("connect");
    latest.clear();
    requests.clear();
  }

  /** The next request; waits for at most 20 s. */
  public <Q extends Message> Q received(Class<Q> type) throws InterruptedException {
    Message request = requests.poll(20, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no request arrived");
    }
    return type.cast(request);
  }

  /** Breaks all connections. */
  public void stop() {
    server.shutdownNow();
    try {
      if (!server.awaitTermination(20, TimeUnit.SECONDS)) {
        throw new AssertionError("the scripted server did not stop");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    stop();
  }

  public static <Q, A> Answer<Q, A> answer(A answer) {
    return (request, caller) -> {
      caller.onNext(answer);
      caller.onCompleted();
    };
  }

  public static <Q, A> Answer<Q, A> fail(Throwable error) {
    return (request, caller) -> caller.onError(error);
  }

  public static <Q, A> Answer<Q, A> silence() {
    return (request, caller) -> {};
  }

  /** The answer to a save of a stream whose commit id is a letter and its position. */
  public static SaveEventsStreamResponse stored(SaveEventsRequest request) {
    return SaveEventsStreamResponse.newBuilder()
        .setCommitId(request.getCommitId())
        .setSaved(
            SaveEventsResponse.newBuilder()
                .setPosition(Long.parseLong(request.getCommitId().substring(1))))
        .build();
  }

  /** The answer to a save of a stream that fails. */
  public static SaveEventsStreamResponse failed(String commitId, StatusRuntimeException why) {
    return SaveEventsStreamResponse.newBuilder()
        .setCommitId(commitId)
        .setFailed(Objects.requireNonNull(StatusProto.fromThrowable(why)))
        .build();
  }

  /** An error as Aether's servers send it. */
  public static StatusRuntimeException error(
      Status.Code code, String reason, Map<String, String> metadata, Message... details) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage("said by the script")
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain("aether")
                        .setReason(reason)
                        .putAllMetadata(metadata)
                        .build()));
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private <Q extends Message, A> void play(
      Queue<Answer<Q, A>> script, Q request, StreamObserver<A> caller) {
    // A test that has seen the request may make the next call, for which this answer is not.
    @Nullable Answer<Q, A> next = script.poll();
    requests.add(request);
    if (next == null) {
      caller.onError(Status.UNKNOWN.withDescription("the script is at its end").asException());
    } else {
      next.to(request, (ServerCallStreamObserver<A>) caller);
    }
  }

  private final class Store extends EventStoreGrpc.EventStoreImplBase {
    @Override
    public void saveEvents(SaveEventsRequest request, StreamObserver<SaveEventsResponse> caller) {
      play(saves, request, caller);
    }

    @Override
    public void getEvents(GetEventsRequest request, StreamObserver<GetEventsResponse> caller) {
      play(reads, request, caller);
    }

    @Override
    public void getLatestVersion(
        GetLatestVersionRequest request, StreamObserver<GetLatestVersionResponse> caller) {
      play(latest, request, caller);
    }

    @Override
    public void loadActor(LoadActorRequest request, StreamObserver<LoadActorResponse> caller) {
      play(loads, request, caller);
    }

    @Override
    public void readLog(ReadLogRequest request, StreamObserver<ReadLogResponse> caller) {
      play(logReads, request, caller);
    }

    @Override
    public void listActors(ListActorsRequest request, StreamObserver<ListActorsResponse> caller) {
      play(actorLists, request, caller);
    }

    @Override
    public void saveSnapshot(
        SaveSnapshotRequest request, StreamObserver<SaveSnapshotResponse> caller) {
      play(snapshotSaves, request, caller);
    }

    @Override
    public void getLatestSnapshot(
        GetLatestSnapshotRequest request, StreamObserver<GetLatestSnapshotResponse> caller) {
      play(snapshots, request, caller);
    }

    @Override
    public void deleteSnapshot(
        DeleteSnapshotRequest request, StreamObserver<DeleteSnapshotResponse> caller) {
      play(snapshotDeletes, request, caller);
    }

    @Override
    public StreamObserver<SaveEventsRequest> saveEventsStream(
        StreamObserver<SaveEventsStreamResponse> caller) {
      Answer<SaveEventsRequest, SaveEventsStreamResponse> script = saveStreams.poll();
      if (script == null) {
        caller.onError(Status.INVALID_ARGUMENT.withDescription("no script").asException());
      }
      return new StreamObserver<>() {
        @Override
        public void onNext(SaveEventsRequest request) {
          requests.add(request);
          if (script != null) {
            script.to(request, (ServerCallStreamObserver<SaveEventsStreamResponse>) caller);
          }
        }

        @Override
        public void onError(Throwable thrown) {}

        @Override
        public void onCompleted() {
          endedSaveStreams.incrementAndGet();
          endOfSaveStream.accept(caller);
        }
      };
    }
  }

  private final class Registry extends NamespacesGrpc.NamespacesImplBase {
    @Override
    public void createNamespace(
        CreateNamespaceRequest request, StreamObserver<CreateNamespaceResponse> caller) {
      play(creations, request, caller);
    }

    @Override
    public void getNamespace(
        GetNamespaceRequest request, StreamObserver<GetNamespaceResponse> caller) {
      play(namespaces, request, caller);
    }

    @Override
    public void listNamespaces(
        ListNamespacesRequest request, StreamObserver<ListNamespacesResponse> caller) {
      play(namespaceLists, request, caller);
    }

    @Override
    public void updateNamespace(
        UpdateNamespaceRequest request, StreamObserver<UpdateNamespaceResponse> caller) {
      play(updates, request, caller);
    }

    @Override
    public void deleteNamespace(
        DeleteNamespaceRequest request, StreamObserver<DeleteNamespaceResponse> caller) {
      play(deletions, request, caller);
    }
  }

  private final class Bus extends EventBusGrpc.EventBusImplBase {
    @Override
    public void subscribe(SubscribeRequest request, StreamObserver<SubscribeResponse> caller) {
      play(subscriptions, request, caller);
    }

    @Override
    public void publish(PublishRequest request, StreamObserver<PublishResponse> caller) {
      play(broadcasts, request, caller);
    }
  }
}
