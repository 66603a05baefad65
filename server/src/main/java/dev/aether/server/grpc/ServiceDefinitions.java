package dev.aether.server.grpc;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Copies services with changes. */
final class ServiceDefinitions {
  private ServiceDefinitions() {}

  /** Returns the service with each method replaced by what {@code change} returns for it. */
  static ServerServiceDefinition withMethods(
      ServerServiceDefinition service, UnaryOperator<ServerMethodDefinition<?, ?>> change) {
    List<ServerMethodDefinition<?, ?>> methods = List.copyOf(service.getMethods());
    return copy(
        service,
        methods.stream().<ServerMethodDefinition<?, ?>>map(change).toList(),
        service.getServiceDescriptor().getSchemaDescriptor());
  }

  /** Returns the service with another description for reflection. */
  static ServerServiceDefinition withSchema(ServerServiceDefinition service, Object schema) {
    return copy(service, List.copyOf(service.getMethods()), schema);
  }

  private static ServerServiceDefinition copy(
      ServerServiceDefinition service,
      List<ServerMethodDefinition<?, ?>> methods,
      @Nullable Object schema) {
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(schema);
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder copy = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(copy::addMethod);
    return copy.build();
  }
}
