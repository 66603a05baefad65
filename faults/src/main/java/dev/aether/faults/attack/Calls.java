package dev.aether.faults.attack;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Makes gRPC calls on one connection, and tells how each ended. Thread-safe. */
final class Calls implements AutoCloseable {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final int DEADLINE_SECONDS = 20;

  private final ManagedChannel channel;

  private Calls(ManagedChannel channel) {
    this.channel = channel;
  }

  /** Calls over TLS, as the holder of a certificate if there is one. */
  static Calls over(Target target, Certificates.@Nullable Pair certificate) {
    try {
      SslContextBuilder tls = GrpcSslContexts.forClient().trustManager(target.authority().toFile());
      if (certificate != null) {
        tls.keyManager(certificate.certificate().toFile(), certificate.key().toFile());
      }
      return new Calls(
          NettyChannelBuilder.forAddress("127.0.0.1", target.port())
              .sslContext(tls.build())
              .build());
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  static Calls inPlainText(Target target) {
    return new Calls(
        NettyChannelBuilder.forAddress("127.0.0.1", target.port()).usePlaintext().build());
  }

  /** The channel with an authorization header. */
  Channel with(@Nullable String authorization) {
    if (authorization == null) {
      return channel;
    }
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, authorization);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** The channel with a bearer token. */
  Channel withToken(String token) {
    return with("Bearer " + token);
  }

  /**
   * Makes a call of any kind with one request and returns how it ended: "answered" with the first
   * answer, or the status and its description.
   */
  static <Q, R> String outcome(Channel channel, MethodDescriptor<Q, R> method, Q request) {
    return outcome(
        () -> {
          Iterator<R> answers =
              ClientCalls.blockingServerStreamingCall(
                  channel,
                  method.toBuilder().setType(MethodDescriptor.MethodType.SERVER_STREAMING).build(),
                  CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS),
                  request);
          return answers.hasNext() ? oneLine(String.valueOf(answers.next())) : "nothing";
        });
  }

  /** Returns the answer of a call, or the status with which it ended. */
  static String outcome(Supplier<String> call) {
    try {
      String answer = call.get();
      return answer.isEmpty() ? "answered" : "answered: " + answer;
    } catch (StatusRuntimeException e) {
      return text(e.getStatus());
    }
  }

  static String text(Status status) {
    String description = status.getDescription();
    return description == null
        ? status.getCode().name()
        : status.getCode() + ": " + oneLine(description);
  }

  static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  /** A request that has nothing but a namespace or pattern of namespaces. */
  static <Q> Q request(MethodDescriptor<Q, ?> method, String namespaces) {
    MethodDescriptor.PrototypeMarshaller<Q> requests =
        (MethodDescriptor.PrototypeMarshaller<Q>) method.getRequestMarshaller();
    Message.Builder builder = ((Message) requests.getMessagePrototype()).newBuilderForType();
    for (String name : List.of("namespace", "namespace_pattern", "pattern")) {
      FieldDescriptor field = builder.getDescriptorForType().findFieldByName(name);
      if (field != null) {
        builder.setField(field, namespaces);
      }
    }
    return requests.getMessageClass().cast(builder.build());
  }

  /** Makes calls on a connection of their own. */
  static String once(
      Target target, Certificates.@Nullable Pair certificate, Function<Calls, String> use) {
    try (Calls calls = over(target, certificate)) {
      return use.apply(calls);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
