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
 * Follows a log so that nothing is left out silently: a consumer passes over records that its
 * replica can't read. Where a sequence is left out, what is there is read from the store, which
 * asks the leader and tells of what is lost; then the tail goes on behind it.
 */
final class LogTail implements CommitLog.Tail {
  private static final Duration FILL_PAUSE = Duration.ofMillis(500);
  private static final int FILL_BYTES = 1024 * 1024;

  private final OrderedConsumers tails;
  private final Timers timers;
  private final LogStream stream;
  private final CommitLog log;
  private final LogDamage damage;
  private final Consumer<StoredMessage> heard;
  private final Runnable lost;
  private final CommitLog.TailListener listener;

  /** Where it stands. Changed by one thread at a time: the tail's, or who fills a gap. */
  private volatile Mark position;

  private volatile @Nullable OrderedConsumer tail;
  private volatile boolean closed;

  /**
   * @param heard is told of each message that the tail brings
   * @param lost is told when the log has another message where the last one was
   */
  LogTail(
      OrderedConsumers tails,
      Timers timers,
      LogStream stream,
      Mark after,
      CommitLog log,
      LogDamage damage,
      Consumer<StoredMessage> heard,
      Runnable lost,
      CommitLog.TailListener listener) {
    this.tails = tails;
    this.timers = timers;
    this.stream = stream;
    this.position = after;
    this.log = log;
    this.damage = damage;
    this.heard = heard;
    this.lost = lost;
    this.listener = listener;
  }

  synchronized LogTail start() {
    if (!closed) {
      OrderedConsumer begun = tails.make(stream.name(), position, this::onMessage, this::onLost);
      tail = begun;
      begun.start();
    }
    return this;
  }

  private void onMessage(StoredMessage message) {
    long before = message.sequence() - 1;
    if (before > position.position() && before > damage.acceptedThrough(stream)) {
      Objects.requireNonNull(tail, "it brought the message").close();
      fill(before);
      return;
    }
    heard.accept(message);
    listener.onEntry(CommitMessages.entry(stream.log(), message));
    position = message.mark();
  }

  private void onLost() {
    lost.run();
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
                onLost();
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
    OrderedConsumer running = tail;
    return running == null ? Duration.ZERO : running.silence();
  }

  @Override
  public synchronized void close() {
    closed = true;
    OrderedConsumer running = tail;
    if (running != null) {
      running.close();
    }
  }
}
