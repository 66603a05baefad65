package dev.aether.faults.attack;

import dev.aether.faults.topology.Waiting;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetLatestVersionRequest;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A well-behaved client that saves to one actor all the time, on a thread and connection of its
 * own.
 */
final class Bystander implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final String NAMESPACE = "bystander";
  private static final String ACTOR = "steady";
  private static final int DEADLINE_SECONDS = 10;

  private final Calls calls;
  private final Channel channel;
  private final Thread thread = new Thread(this::run, "bystander");
  private final List<Long> micros = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private volatile boolean closed;
  private long saved;

  /** How its saves fared since the last time this was asked. */
  record Experience(int saves, Duration p99, List<String> failures) {}

  Bystander(Target target) {
    calls = Calls.over(target, null);
    channel = calls.withToken(target.token("bystander"));
    thread.start();
  }

  private void run() {
    while (!closed) {
      long start = System.nanoTime();
      try {
        var unused =
            EventStoreGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .saveEvents(RightsAttacks.save(NAMESPACE, ACTOR));
        note(Duration.ofNanos(System.nanoTime() - start), null);
      } catch (StatusRuntimeException e) {
        note(Duration.ZERO, Calls.text(e.getStatus()));
      }
      Waiting.pause(PAUSE);
    }
  }

  private synchronized void note(Duration took, @Nullable String failure) {
    if (failure == null) {
      saved++;
      micros.add(TimeUnit.NANOSECONDS.toMicros(took.toNanos()));
    } else {
      failures.add(failure);
    }
  }

  /** How its saves fared since the last call of this method. */
  synchronized Experience experience() {
    Collections.sort(micros);
    Experience seen =
        new Experience(
            micros.size(),
            Duration.of(
                micros.isEmpty() ? 0 : micros.get((int) (0.99 * (micros.size() - 1))),
                ChronoUnit.MICROS),
            List.copyOf(failures));
    micros.clear();
    failures.clear();
    return seen;
  }

  /** Ends, and returns whether exactly the acknowledged saves are stored. */
  boolean isIntact() throws InterruptedException {
    closed = true;
    thread.join();
    long version =
        EventStoreGrpc.newBlockingStub(channel)
            .getLatestVersion(
                GetLatestVersionRequest.newBuilder()
                    .setNamespace(NAMESPACE)
                    .setActorId(ACTOR)
                    .build())
            .getVersion();
    return version == saved;
  }

  @Override
  public void close() {
    closed = true;
    calls.close();
  }
}
