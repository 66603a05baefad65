package dev.aether.server.store.jetstream.registry;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.Namespaces.Info;
import dev.aether.server.store.Namespaces.Watch;
import dev.aether.server.store.Namespaces.Watcher;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.OrderedConsumer;
import dev.aether.server.store.jetstream.wire.OrderedConsumers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's copy of the registry. It follows the stream, keeps the latest record of each name in
 * memory, and notifies watchers of changes. It may lag; records read from the leader are added as
 * well. Thread-safe.
 */
final class RegistryCopy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryCopy.class);

  /** How long a complete listing waits for this copy to catch up. */
  private static final Duration CATCH_UP_WITHIN = Duration.ofSeconds(5);

  private static final Duration CATCH_UP_POLL = Duration.ofMillis(5);

  private final Timers timers;
  private final OrderedConsumers consumers;
  private volatile OrderedConsumer consumer;

  /** Changed only under this object's lock, so that watchers are notified in order. */
  private final Map<Namespace, KnownNamespace> known = new ConcurrentHashMap<>();

  /** How many known namespaces are not deleted. Written under the lock. */
  private volatile int count;

  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

  RegistryCopy(Timers timers, OrderedConsumers consumers) {
    this.timers = timers;
    this.consumers = consumers;
    this.consumer = newConsumer();
  }

  private OrderedConsumer newConsumer() {
    return consumers.create(StreamConfigs.REGISTRY, Mark.NONE, this::onMessage, this::restart);
  }

  void start() {
    consumer.start();
  }

  /**
   * Starts again, since the registry's stream has lost records and any known record may be invalid.
   */
  private synchronized void restart() {
    LOG.error("the namespace registry has lost records; reading it again from its beginning");
    for (KnownNamespace each : known.values()) {
      each.usable()
          .ifPresent(
              info ->
                  watchers.forEach(
                      watcher -> watcher.onRestored(info.namespace(), info.incarnation())));
    }
    known.clear();
    count = 0;
    consumer = newConsumer();
    consumer.start();
  }

  Optional<KnownNamespace> get(Namespace namespace) {
    return Optional.ofNullable(known.get(namespace));
  }

  List<KnownNamespace> all() {
    return List.copyOf(known.values());
  }

  /** The number of namespaces, without deleted ones. */
  int count() {
    return count;
  }

  private void onMessage(StoredMessage message) {
    if (!message.subject().startsWith(StreamConfigs.NAMESPACE_SUBJECTS)) {
      return;
    }
    KnownNamespace found;
    try {
      found = KnownNamespace.of(message);
    } catch (IllegalArgumentException e) {
      LOG.error(
          "subject {} in the registry is not a valid namespace: {}",
          message.subject(),
          e.getMessage());
      return;
    }
    found.fault().ifPresent(why -> LOG.error("{}", why.getMessage()));
    learn(found);
  }

  /** Adds a record unless a newer one is known, and notifies the watchers. Returns the record. */
  synchronized KnownNamespace learn(KnownNamespace found) {
    KnownNamespace before = known.get(found.name());
    if (before == null || before.revision() < found.revision()) {
      known.put(found.name(), found);
      count += (found.isDeleted() ? 0 : 1) - (before == null || before.isDeleted() ? 0 : 1);
      watchers.forEach(watcher -> notifyWatcher(watcher, before, found));
    }
    return found;
  }

  private static void notifyWatcher(
      Watcher watcher, @Nullable KnownNamespace before, KnownNamespace after) {
    if (after.fault().isPresent()) {
      watcher.onUnreadable(after.name(), after.fault().get());
      return;
    }
    if (before != null) {
      before.usable().ifPresent(info -> notifyIfDeleted(watcher, info, after));
    }
    if (before != null && before.usable().isEmpty()) {
      // A new namespace follows its CREATING record, unless this node missed that.
      after
          .usable()
          .filter(
              info -> !(before.isBeingCreated() && before.isSameIncarnationAs(info.incarnation())))
          .ifPresent(info -> watcher.onRestored(info.namespace(), info.incarnation()));
    }
    after.usable().ifPresent(watcher::onNamespace);
  }

  private static void notifyIfDeleted(Watcher watcher, Info info, KnownNamespace after) {
    if (after.usable().isEmpty() || !after.isSameIncarnationAs(info.incarnation())) {
      watcher.onDeleted(info.namespace(), info.incarnation());
    }
  }

  /** Implements {@link dev.aether.server.store.Namespaces#watch}. */
  synchronized Watch watch(List<Info> seen, Watcher watcher) {
    watchers.add(watcher);
    for (Info info : seen) {
      get(info.namespace())
          .filter(now -> now.fault().isEmpty())
          .ifPresent(now -> notifyIfDeleted(watcher, info, now));
    }
    known.values().forEach(now -> notifyWatcher(watcher, null, now));
    return () -> watchers.remove(watcher);
  }

  /** Completes once this copy has reached a sequence; fails if that takes too long. */
  CompletableFuture<Void> caughtUp(long sequence) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    CatchAll guard =
        new CatchAll("waiting for the registry's records", reached::completeExceptionally);
    long giveUpAt = System.nanoTime() + CATCH_UP_WITHIN.toNanos();
    guard.run(() -> awaitSequence(sequence, giveUpAt, reached, guard));
    return reached;
  }

  private void awaitSequence(
      long sequence, long giveUpAt, CompletableFuture<Void> reached, CatchAll guard) {
    if (consumer.position() >= sequence) {
      reached.complete(null);
    } else if (System.nanoTime() > giveUpAt) {
      reached.completeExceptionally(
          JetStreamFailure.noAnswer("this node's copy of the registry lags behind"));
    } else {
      timers.after(
          CATCH_UP_POLL, guard.of(() -> awaitSequence(sequence, giveUpAt, reached, guard)));
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
