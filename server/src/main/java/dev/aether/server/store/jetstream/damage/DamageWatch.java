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
 * Checks all logs for damage, a few at a time, so that damage is reported before a client
 * encounters it. A round starts with the node, after each reconnect, since the NATS servers may
 * have been restarted, and periodically.
 */
public final class DamageWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DamageWatch.class);

  private static final Duration STEP = Duration.ofMillis(500);
  private static final int LOGS_A_STEP = 20;

  /** Minimum time from the start of one round to the start of the next. */
  private static final Duration ROUND = Duration.ofSeconds(15);

  private final Supplier<List<Info>> namespaces;
  private final LogDamage damage;
  private final Deque<LogStream> remaining = new ArrayDeque<>();
  private final ScheduledFuture<?> steps;
  private volatile boolean restart;
  private long roundAt = System.nanoTime();

  /**
   * @param namespaces the namespaces that this node knows
   */
  public DamageWatch(
      Connection connection, Timers timers, Supplier<List<Info>> namespaces, LogDamage damage) {
    this.namespaces = namespaces;
    this.damage = damage;
    connection.addConnectionListener(
        (unused, event) -> restart |= event == ConnectionListener.Events.RESUBSCRIBED);
    restart = true;
    steps = timers.every(STEP, this::step);
  }

  private void step() {
    try {
      begin();
      for (int i = 0; i < LOGS_A_STEP && !remaining.isEmpty(); i++) {
        check(remaining.remove());
      }
    } catch (RuntimeException e) {
      LOG.error("the check of the logs for damage failed", e);
    }
  }

  private void begin() {
    boolean due = remaining.isEmpty() && System.nanoTime() - roundAt > ROUND.toNanos();
    if (restart || due) {
      restart = false;
      roundAt = System.nanoTime();
      remaining.clear();
      for (Info info : namespaces.get()) {
        info.logs().forEach(log -> remaining.add(damage.stream(log, info.replicas())));
      }
      damage.forgetAllBut(remaining.stream().map(LogStream::name).collect(Collectors.toSet()));
    }
  }

  private void check(LogStream stream) {
    CompletableFuture<?> inspection = damage.inspect(stream);
    var unused =
        inspection.exceptionally(
            thrown -> {
              LOG.debug("cannot check {} for damage", stream.name(), thrown);
              return null;
            });
  }

  @Override
  public void close() {
    steps.cancel(false);
  }
}
