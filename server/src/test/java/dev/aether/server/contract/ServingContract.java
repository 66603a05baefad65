package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.aether.server.testing.Await;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NamespacesGrpc;
import dev.aether.v1.ReplayError;
import dev.aether.v1.VersionConflict;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What is served beside saves, reads and subscriptions. */
abstract class ServingContract extends Contract {
  private static final Duration BOUND = Duration.ofSeconds(20);

  ServingContract(Fixture fixture) {
    super(fixture);
  }

  @Test
  void healthIsServedForTheServerAndForEachService() {
    for (String service :
        List.of(
            "",
            EventStoreGrpc.SERVICE_NAME,
            EventBusGrpc.SERVICE_NAME,
            NamespacesGrpc.SERVICE_NAME)) {
      assertEquals(ServingStatus.SERVING, a.health(service));
      assertEquals(ServingStatus.SERVING, b.health(service));
    }
    assertEquals(Status.Code.NOT_FOUND, Refusal.of(() -> a.health("no.Such")).code());
  }

  @TestFactory
  Stream<DynamicTest> reflectionListsTheServicesAndDescribesThemAndTheDetailsOfErrors() {
    return Stream.of("v1", "v1alpha")
        .map(version -> DynamicTest.dynamicTest(version, () -> describesItself(version)));
  }

  private void describesItself(String version) {
    List<String> symbols =
        List.of(
            EventStoreGrpc.SERVICE_NAME,
            EventBusGrpc.SERVICE_NAME + ".Subscribe",
            NamespacesGrpc.SERVICE_NAME,
            ErrorInfo.getDescriptor().getFullName(),
            BadRequest.getDescriptor().getFullName(),
            RetryInfo.getDescriptor().getFullName(),
            VersionConflict.getDescriptor().getFullName(),
            ReplayError.getDescriptor().getFullName());
    ConcurrentLinkedQueue<ServerReflectionResponse> answers = new ConcurrentLinkedQueue<>();
    StreamObserver<ServerReflectionRequest> questions =
        ClientCalls.asyncBidiStreamingCall(
            a.channel().newCall(reflection(version), CallOptions.DEFAULT),
            new StreamObserver<>() {
              @Override
              public void onNext(ServerReflectionResponse answer) {
                answers.add(answer);
              }

              @Override
              public void onError(Throwable thrown) {}

              @Override
              public void onCompleted() {}
            });
    questions.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    for (String symbol : symbols) {
      questions.onNext(
          ServerReflectionRequest.newBuilder().setFileContainingSymbol(symbol).build());
    }
    Await.until("an answer to each question", BOUND, () -> answers.size() == 1 + symbols.size());
    questions.onCompleted();

    List<String> services =
        answers.poll().getListServicesResponse().getServiceList().stream()
            .map(ServiceResponse::getName)
            .toList();
    assertEquals(
        List.of(
            EventBusGrpc.SERVICE_NAME,
            EventStoreGrpc.SERVICE_NAME,
            NamespacesGrpc.SERVICE_NAME,
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection"),
        services.stream().sorted().toList());
    answers.forEach(
        answer ->
            assertTrue(
                answer.getFileDescriptorResponse().getFileDescriptorProtoCount() > 0,
                answer::toString));
  }

  /** Both versions have the same messages. */
  private static MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> reflection(
      String version) {
    return ServerReflectionGrpc.getServerReflectionInfoMethod().toBuilder()
        .setFullMethodName("grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo")
        .build();
  }
}
