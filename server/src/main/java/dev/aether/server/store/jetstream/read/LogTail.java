package dev.aether.server.store.jetstream.read;

import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Reason;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.CommitMessages;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.OrderedConsumer;
import dev.aether.server.store.jetstream.wire.OrderedConsumers;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows a log without leaving anything out silently. An ordered consumer skips records that its
 * replica cannot read. When a sequence is skipped, the range is read from the store, which asks the
 * leader and reports lost records. Then a new consumer continues after it.
 */
final class LogTail implements CommitLog.Tail {
  private static final Duration FILL_PAUSE = Duration.ofMillis(500);
  private static final int FILL_BYTES = 1024 * 1024;

  private final OrderedConsumers consumers;
  private final Timers timers;
  private final LogStream stream;
  private final CommitLog log;
  private final LogDamage damage;
  private final Consumer<StoredMessage> onMessage;
  private final Runnable onLost;
  private final CommitLog.TailListener listener;

  /**
   * The position reached. Changed by one thread at a time: the consumer's, or the one that fills a
   * gap.
   */
  private volatile Mark position;

  private volatile @Nullable OrderedConsumer consumer;
  private volatile boolean closed;

  /**
   * @param onMessage receives each message that the consumer delivers
   * @param onLost runs when the log has another message at the position of the last one
   */
  LogTail(
      OrderedConsumers consumers,
      Timers timers,
      LogStream stream,
      Mark after,
      CommitLog log,
      LogDamage damage,
      Consumer<StoredMessage> onMessage,
      Runnable onLost,
      CommitLog.TailListener listener) {
    this.consumers = consumers;
    this.timers = timers;
    this.stream = stream;
    this.position = after;
    this.log = log;
    this.damage = damage;
    this.onMessage = onMessage;
    this.onLost = onLost;
    this.listener = listener;
  }

  synchronized LogTail start() {
    if (!closed) {
      OrderedConsumer started =
          consumers.create(stream.name(), position, this::onConsumed, this::onLogLost);
      consumer = started;
      started.start();
    }
    return this;
  }

  private void onConsumed(StoredMessage message) {
    long before = message.sequence() - 1;
    if (before > position.position() && before > damage.acceptedThrough(stream)) {
      Objects.requireNonNull(consumer, "the consumer that delivered the message").close();
      fill(before);
      return;
    }
    onMessage.accept(message);
    listener.onEntry(CommitMessages.entry(stream.log(), message));
    position = message.mark();
  }

  private void onLogLost() {
    onLost.run();
    listener.onLost();
  }

  private void fill(long upTo) {
    if (closed) {
      return;
    }
    log.read(stream.log(), position, upTo, FILL_BYTES)
        .whenComplete(
            (page, thrown) -> {
              if (thrown == null) {
                filled(page, upTo);
              } else if (JetStreamErrors.toStoreException(thrown).reason()
                  == Reason.CURSOR_UNKNOWN) {
                onLogLost();
              } else if (JetStreamErrors.toStoreException(thrown).reason()
                  != Reason.NAMESPACE_NOT_FOUND) {
                timers.after(FILL_PAUSE, () -> fill(upTo));
              }
            });
  }

  private void filled(CommitLog.Page page, long upTo) {
    for (LogEntry entry : page.entries()) {
      if (closed) {
        return;
      }
      listener.onEntry(entry);
      position = entry.mark();
    }
    if (position.position() < page.end()) {
      position = Mark.at(page.end());
    }
    if (position.position() < upTo) {
      fill(upTo);
    } else {
      start();
    }
  }

  @Override
  public Duration silence() {
    OrderedConsumer running = consumer;
    return running == null ? Duration.ZERO : running.silence();
  }

  /**
   * Closes the consumer without holding the lock of this: the consumer holds its own while it calls
   * {@link #onLogLost}, which may lead here.
   */
  @Override
  public void close() {
    OrderedConsumer running;
    synchronized (this) {
      closed = true;
      running = consumer;
    }
    if (running != null) {
      running.close();
    }
  }
}
