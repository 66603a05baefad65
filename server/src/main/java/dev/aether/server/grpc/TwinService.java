package dev.aether.server.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;

/** Builds a service one of whose methods has another marshaller than the generated one. */
final class TwinService {
  private TwinService() {}

  /** The declared service with one method served so, and all others unimplemented. */
  static <Q, R> ServerServiceDefinition with(
      ServiceDescriptor declared, MethodDescriptor<Q, R> method, ServerCallHandler<Q, R> handler) {
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(declared.getName())
            .setSchemaDescriptor(declared.getSchemaDescriptor());
    declared.getMethods().stream()
        .map(other -> other.getFullMethodName().equals(method.getFullMethodName()) ? method : other)
        .forEach(descriptor::addMethod);
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(descriptor.build());
    declared.getMethods().stream()
        .filter(other -> !other.getFullMethodName().equals(method.getFullMethodName()))
        .forEach(other -> service.addMethod(unimplemented(other)));
    return service.addMethod(method, handler).build();
  }

  private static <Q, R> ServerMethodDefinition<Q, R> unimplemented(MethodDescriptor<Q, R> method) {
    return ServerMethodDefinition.create(
        method,
        ServerCalls.asyncUnaryCall(
            (request, response) -> response.onError(Status.UNIMPLEMENTED.asRuntimeException())));
  }
}
