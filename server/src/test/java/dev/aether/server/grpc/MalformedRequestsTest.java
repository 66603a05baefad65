package dev.aether.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.aether.server.testing.Await;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a service sees of a stream with a malformed request. */
class MalformedRequestsTest {
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final MethodDescriptor<SaveEventsRequest, SaveEventsStreamResponse> METHOD =
      EventStoreGrpc.getSaveEventsStreamMethod();
  private static final SaveEventsRequest GOOD =
      SaveEventsRequest.newBuilder().setCommitId("good").build();
  private static final SaveEventsRequest GARBAGE =
      SaveEventsRequest.newBuilder().setCommitId("garbage").build();

  private byte[] garbage = new byte[] {-1, -1, -1};
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final CompletableFuture<StreamObserver<SaveEventsStreamResponse>> answers =
      new CompletableFuture<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private final Server server = serve();
  private final ManagedChannel channel =
      ManagedChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();

  private Server serve() {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("aether.v1.EventStore")
            .addMethod(METHOD, ServerCalls.asyncBidiStreamingCall(this::begin))
            .build();
    try {
      return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
          .directExecutor()
          .addService(MalformedRequests.refused(service))
          .build()
          .start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private StreamObserver<SaveEventsRequest> begin(StreamObserver<SaveEventsStreamResponse> call) {
    ((ServerCallStreamObserver<?>) call).setOnCancelHandler(() -> seen.add("cancelled"));
    answers.complete(call);
    return new StreamObserver<>() {
      @Override
      public void onNext(SaveEventsRequest message) {
        seen.add(message.getCommitId());
      }

      @Override
      public void onError(Throwable thrown) {
        seen.add("broken");
      }

      @Override
      public void onCompleted() {
        seen.add("completed");
      }
    };
  }

  /** A client that can send bytes that are not a message. */
  private StreamObserver<SaveEventsRequest> open() {
    MethodDescriptor.Marshaller<SaveEventsRequest> sound = METHOD.getRequestMarshaller();
    MethodDescriptor.Marshaller<SaveEventsRequest> unsound =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(SaveEventsRequest message) {
            return message.equals(GARBAGE)
                ? new ByteArrayInputStream(garbage)
                : sound.stream(message);
          }

          @Override
          public SaveEventsRequest parse(InputStream bytes) {
            return sound.parse(bytes);
          }
        };
    return ClientCalls.asyncBidiStreamingCall(
        channel.newCall(
            METHOD.toBuilder(unsound, METHOD.getResponseMarshaller()).build(), CallOptions.DEFAULT),
        new StreamObserver<>() {
          @Override
          public void onNext(SaveEventsStreamResponse answer) {}

          @Override
          public void onError(Throwable thrown) {
            end.complete(Status.fromThrowable(thrown));
          }

          @Override
          public void onCompleted() {
            end.complete(Status.OK);
          }
        });
  }

  private Status awaitEnd() {
    Await.until("the end of the call", BOUND, end::isDone);
    return end.join();
  }

  @AfterEach
  void end() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void theServiceSeesACancelledCallAndNoFurtherMessages() throws Exception {
    StreamObserver<SaveEventsRequest> requests = open();
    requests.onNext(GOOD);
    requests.onNext(GARBAGE);
    requests.onNext(GOOD);
    requests.onCompleted();
    assertEquals(Status.Code.INVALID_ARGUMENT, awaitEnd().getCode());
    server.shutdown();
    Await.until("the end of the server", BOUND, server::isTerminated);
    assertEquals(List.of("good", "cancelled", "broken"), seen);
  }

  @Test
  void aRequestWithMoreFieldsThanASaveMayHaveIsRefused() {
    byte[] emptyEvents = new byte[600_000];
    for (int i = 0; i < emptyEvents.length; i += 2) {
      emptyEvents[i] = SaveEventsRequest.EVENTS_FIELD_NUMBER << 3 | 2;
    }
    garbage = emptyEvents;
    open().onNext(GARBAGE);
    Status refusal = awaitEnd();
    assertEquals(Status.Code.INVALID_ARGUMENT, refusal.getCode());
    assertTrue(refusal.toString().contains("it has more than 250000 fields"), refusal.toString());
  }

  @Test
  void aRequestWithAsManyFieldsAsASaveMayHaveIsNot() {
    NewEvent.Builder event =
        NewEvent.newBuilder()
            .setEventId("e")
            .setEventType("t")
            .setCommandId("c")
            .setContentType("text")
            .setData(ByteString.copyFrom(new byte[100]))
            .setTimestamp(Timestamp.newBuilder().setSeconds(1).setNanos(1));
    for (int i = 0; i < 64; i++) {
      event.putMetadata("key" + i, "value");
    }
    SaveEventsRequest.Builder large = SaveEventsRequest.newBuilder().setCommitId("large");
    for (int i = 0; i < 1000; i++) {
      large.addEvents(event);
    }
    StreamObserver<SaveEventsRequest> requests = open();
    requests.onNext(large.build());
    Await.until("the request", BOUND, () -> seen.equals(List.of("large")));
    requests.onError(new IllegalStateException("the end of the test"));
  }

  @Test
  void answersAfterTheRefusalAreDropped() {
    StreamObserver<SaveEventsRequest> requests = open();
    requests.onNext(GOOD);
    requests.onNext(GARBAGE);
    assertEquals(Status.Code.INVALID_ARGUMENT, awaitEnd().getCode());
    StreamObserver<SaveEventsStreamResponse> late = answers.join();
    late.onNext(SaveEventsStreamResponse.getDefaultInstance());
    late.onCompleted();
  }

  @Test
  void aCallThatTheServiceHasClosedIsNotRefused() {
    StreamObserver<SaveEventsRequest> requests = open();
    answers.thenAccept(StreamObserver::onCompleted);
    requests.onNext(GARBAGE);
    assertEquals(Status.Code.OK, awaitEnd().getCode());
  }
}
