package dev.aether.bench.neighbour;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.aether.bench.driver.Channels;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A well-behaved client: few saves at a steady rate, and a subscription that reads everything. Not
 * thread-safe.
 */
final class Neighbour implements AutoCloseable {
  private static final int SAVERS = 4;
  private static final long PAUSE_MILLIS = 10;
  private static final long DEADLINE_SECONDS = 10;
  private static final int DATA_BYTES = 1024;
  private static final double MILLION = 1e6;
  private static final double P99 = 0.99;

  private final ManagedChannel channel;
  private final String namespace;
  private final String run = Long.toHexString(System.nanoTime());
  private final AtomicLong number = new AtomicLong();
  private final AtomicLong delivered = new AtomicLong();
  private final ByteString data = ByteString.copyFrom(new byte[DATA_BYTES]);

  Neighbour(String address, String namespace) {
    this.channel = Channels.open(address);
    this.namespace = namespace;
    EventBusGrpc.newStub(channel)
        .subscribe(
            SubscribeRequest.newBuilder()
                .setNamespacePattern(namespace)
                .setLive(Empty.getDefaultInstance())
                .build(),
            new StreamObserver<SubscribeResponse>() {
              @Override
              public void onNext(SubscribeResponse frame) {
                delivered.addAndGet(frame.getEvents().getCommitsCount());
              }

              @Override
              public void onError(Throwable thrown) {
                delivered.set(Long.MIN_VALUE);
              }

              @Override
              public void onCompleted() {}
            });
  }

  /** The latencies and failures that the client measured. */
  record Figures(int saves, double p50, double p99, double longest, Map<String, Integer> failed) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d saves, p50 %.1f ms, p99 %.1f ms, longest %.0f ms, failed %s",
          saves,
          p50,
          p99,
          longest,
          failed);
    }
  }

  /** Stores this many commits. */
  void fill(int commits) {
    for (int i = 0; i < commits; i++) {
      var unused =
          EventStoreGrpc.newBlockingStub(channel)
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
              .saveEvents(request("filled-" + i % SAVERS));
    }
  }

  /** Saves for this long. */
  Figures run(Duration time) throws InterruptedException {
    List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
    Map<String, Integer> failed = Collections.synchronizedMap(new TreeMap<>());
    long end = System.nanoTime() + time.toNanos();
    List<Thread> savers = new ArrayList<>();
    for (int i = 0; i < SAVERS; i++) {
      String actor = "neighbour-" + i;
      savers.add(new Thread(() -> save(actor, end, nanos, failed), actor));
    }
    savers.forEach(Thread::start);
    for (Thread saver : savers) {
      saver.join();
    }
    List<Long> sorted = nanos.stream().sorted().toList();
    return new Figures(sorted.size(), at(sorted, 0.5), at(sorted, P99), at(sorted, 1), failed);
  }

  private static double at(List<Long> sorted, double part) {
    return sorted.isEmpty()
        ? Double.NaN
        : sorted.get((int) Math.min(sorted.size() - 1, part * sorted.size())) / MILLION;
  }

  private void save(String actor, long end, List<Long> nanos, Map<String, Integer> failed) {
    EventStoreGrpc.EventStoreBlockingStub stub = EventStoreGrpc.newBlockingStub(channel);
    while (System.nanoTime() < end) {
      long begun = System.nanoTime();
      try {
        var unused =
            stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS).saveEvents(request(actor));
      } catch (StatusRuntimeException e) {
        failed.merge(e.getStatus().getCode().name(), 1, Integer::sum);
      }
      nanos.add(System.nanoTime() - begun);
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private SaveEventsRequest request(String actor) {
    return SaveEventsRequest.newBuilder()
        .setNamespace(namespace)
        .setActorId(actor)
        .setCommitId(run + "-" + number.incrementAndGet())
        .setAnyVersion(Empty.getDefaultInstance())
        .addEvents(NewEvent.newBuilder().setEventType("Measured").setData(data))
        .build();
  }

  /**
   * The number of commits that its subscription has received; negative if the subscription has
   * ended.
   */
  long delivered() {
    return delivered.get();
  }

  @Override
  public void close() {
    Channels.close(channel);
  }
}
