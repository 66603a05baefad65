package dev.aether.server.grpc;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /**
   * Returns the service with some methods replaced by others of the same name, such as those that
   * answer with the twin of the declared response.
   */
  static ServerServiceDefinition withMethods(
      ServerServiceDefinition service, List<ServerMethodDefinition<?, ?>> replacements) {
    Map<String, ServerMethodDefinition<?, ?>> byName = new HashMap<>();
    replacements.forEach(method -> byName.put(name(method), method));
    return withMethods(service, method -> byName.getOrDefault(name(method), method));
  }

  private static String name(ServerMethodDefinition<?, ?> method) {
    return method.getMethodDescriptor().getFullMethodName();
  }

  /**
   * A server-streaming method that answers with a twin of the declared response: another type with
   * the same wire format, in which inner messages are left encoded.
   *
   * @param twin its default instance
   */
  static <Q, T extends Message> ServerMethodDefinition<Q, T> withTwin(
      MethodDescriptor<Q, ?> declared,
      T twin,
      ServerCalls.ServerStreamingMethod<Q, T> implementation) {
    return ServerMethodDefinition.create(
        declared.toBuilder(declared.getRequestMarshaller(), ProtoUtils.marshaller(twin)).build(),
        ServerCalls.asyncServerStreamingCall(implementation));
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
