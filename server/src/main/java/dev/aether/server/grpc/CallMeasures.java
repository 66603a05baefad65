package dev.aether.server.grpc;

import dev.aether.server.measure.Counter;
import dev.aether.server.measure.Distribution;
import dev.aether.server.measure.Measures;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures calls: how many of each RPC have ended with which status, and how long they took. Saves
 * of a stream are measured one by one elsewhere. A tracer rather than an interceptor, so that it
 * sees also what the interceptors and gRPC itself refuse, and costs nothing for each message.
 */
final class CallMeasures extends ServerStreamTracer.Factory {
  private static final ServerStreamTracer UNKNOWN = new ServerStreamTracer() {};

  private final Map<String, Rpc> rpcs = new HashMap<>();

  /** The meters of one RPC. Statuses are registered when they first occur; there are 17. */
  private static final class Rpc {
    private final Measures measures;
    private final String name;
    private final Distribution durations;

    /** Guarded by itself. */
    private final Map<Status.Code, Counter> ended = new EnumMap<>(Status.Code.class);

    Rpc(Measures measures, MethodDescriptor<?, ?> method) {
      this.measures = measures;
      name = method.getServiceName() + "/" + method.getBareMethodName();
      // How long a subscription or a stream of saves lasts is up to its client.
      boolean lasts = !method.getType().clientSendsOneMessage() || name.endsWith("/Subscribe");
      durations =
          lasts || name.endsWith("/Watch")
              ? amount -> {}
              : measures.durations("rpc.duration", "How long calls took", "method", name);
    }

    void ended(Status.Code code, long nanos) {
      durations.record(nanos);
      Counter counter;
      synchronized (ended) {
        counter =
            ended.computeIfAbsent(
                code,
                first ->
                    measures.counter(
                        "rpcs", "Calls that have ended", "method", name, "code", first.name()));
      }
      counter.increment();
    }
  }

  CallMeasures(Measures measures, List<ServerServiceDefinition> services) {
    for (ServerServiceDefinition service : services) {
      service
          .getMethods()
          .forEach(
              method ->
                  rpcs.put(
                      method.getMethodDescriptor().getFullMethodName(),
                      new Rpc(measures, method.getMethodDescriptor())));
    }
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    Rpc rpc = rpcs.get(method);
    if (rpc == null) {
      return UNKNOWN;
    }
    long begin = System.nanoTime();
    return new ServerStreamTracer() {
      @Override
      public void streamClosed(Status status) {
        rpc.ended(status.getCode(), System.nanoTime() - begin);
      }
    };
  }
}
