package dev.aether.server.store.jetstream.damage;

import dev.aether.server.concurrent.Timers;
import dev.aether.server.store.Namespaces.Info;
import dev.aether.server.store.jetstream.format.LogStream;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all logs for damage, a few at a time, so that it is told before somebody meets it: when
 * the node starts, when its connection is back, since the servers may have been restarted, and from
 * time to time.
 */
public final class DamageWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DamageWatch.class);

  private static final Duration STEP = Duration.ofMillis(500);
  private static final int LOGS_A_STEP = 20;

  /** From the beginning of one round to that of the next, at least. */
  private static final Duration ROUND = Duration.ofSeconds(15);

  private final Supplier<List<Info>> namespaces;
  private final LogDamage damage;
  private final Deque<LogStream> left = new ArrayDeque<>();
  private final ScheduledFuture<?> steps;
  private volatile boolean again;
  private long roundAt = System.nanoTime();

  /**
   * @param namespaces as this node knows them
   */
  public DamageWatch(
      Connection connection, Timers timers, Supplier<List<Info>> namespaces, LogDamage damage) {
    this.namespaces = namespaces;
    this.damage = damage;
    connection.addConnectionListener(
        (unused, event) -> again |= event == ConnectionListener.Events.RESUBSCRIBED);
    again = true;
    steps = timers.every(STEP, this::step);
  }

  private void step() {
    try {
      begin();
      for (int i = 0; i < LOGS_A_STEP && !left.isEmpty(); i++) {
        look(left.remove());
      }
    } catch (RuntimeException e) {
      LOG.error("the check of the logs for damage failed", e);
    }
  }

  private void begin() {
    boolean due = left.isEmpty() && System.nanoTime() - roundAt > ROUND.toNanos();
    if (again || due) {
      again = false;
      roundAt = System.nanoTime();
      left.clear();
      for (Info info : namespaces.get()) {
        info.logs().forEach(log -> left.add(LogStream.of(log, info.replicas())));
      }
      damage.forgetAllBut(left.stream().map(LogStream::name).collect(Collectors.toSet()));
    }
  }

  private void look(LogStream stream) {
    CompletableFuture<?> look = damage.inspect(stream);
    var unused =
        look.exceptionally(
            thrown -> {
              LOG.debug("{} was not checked", stream.name(), thrown);
              return null;
            });
  }

  @Override
  public void close() {
    steps.cancel(false);
  }
}
