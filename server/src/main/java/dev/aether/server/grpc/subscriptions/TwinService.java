package dev.aether.server.grpc.subscriptions;

import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;

/** Replaces one method's generated marshallers by others. */
public final class TwinService {
  private TwinService() {}

  /** Returns the service with one method replaced, and all others unchanged. */
  public static <Q, R> ServerServiceDefinition with(
      ServerServiceDefinition service,
      MethodDescriptor<Q, R> method,
      ServerCallHandler<Q, R> handler) {
    ServiceDescriptor declared = service.getServiceDescriptor();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(declared.getName())
            .setSchemaDescriptor(declared.getSchemaDescriptor());
    declared.getMethods().stream()
        .map(other -> isTwin(other, method) ? method : other)
        .forEach(descriptor::addMethod);
    ServerServiceDefinition.Builder twin = ServerServiceDefinition.builder(descriptor.build());
    service.getMethods().stream()
        .filter(other -> !isTwin(other.getMethodDescriptor(), method))
        .forEach(twin::addMethod);
    return twin.addMethod(method, handler).build();
  }

  private static boolean isTwin(MethodDescriptor<?, ?> one, MethodDescriptor<?, ?> other) {
    return one.getFullMethodName().equals(other.getFullMethodName());
  }
}
