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
 * This node's copy of the registry: follows the stream, keeps the latest record of each name in
 * memory and tells watchers what changed. It may lag; what is asked of the leader is put in here
 * too. For any number of threads.
 */
final class RegistryCopy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryCopy.class);

  /** How long a look at everything waits for this copy to catch up. */
  private static final Duration CATCH_UP_WITHIN = Duration.ofSeconds(5);

  private static final Duration CATCH_UP_POLL = Duration.ofMillis(5);

  private final Timers timers;
  private final OrderedConsumers tails;
  private volatile OrderedConsumer tail;

  /** Changed only under this object's lock, so that watchers hear of changes in their order. */
  private final Map<Namespace, KnownNamespace> known = new ConcurrentHashMap<>();

  /** Of those known that are not gone. Written under the lock. */
  private volatile int count;

  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

  RegistryCopy(Timers timers, OrderedConsumers tails) {
    this.timers = timers;
    this.tails = tails;
    this.tail = newTail();
  }

  private OrderedConsumer newTail() {
    return tails.make(StreamConfigs.REGISTRY, Mark.NONE, this::onMessage, this::beginAnew);
  }

  void start() {
    tail.start();
  }

  /** The registry's stream has lost records, and what is known may be none of it any more. */
  private synchronized void beginAnew() {
    LOG.error("the namespace registry has lost records; reading it again from its beginning");
    known.clear();
    tail = newTail();
    tail.start();
  }

  Optional<KnownNamespace> get(Namespace namespace) {
    return Optional.ofNullable(known.get(namespace));
  }

  List<KnownNamespace> all() {
    return List.copyOf(known.values());
  }

  /** How many namespaces there are; names that were given free don't count. */
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
          "subject {} of the registry does not name a namespace: {}",
          message.subject(),
          e.getMessage());
      return;
    }
    found.fault().ifPresent(why -> LOG.error("{}", why.getMessage()));
    learn(found);
  }

  /** Takes up a record unless a newer one is known; tells the watchers. Returns the record. */
  synchronized KnownNamespace learn(KnownNamespace found) {
    KnownNamespace before = known.get(found.name());
    if (before == null || before.revision() < found.revision()) {
      known.put(found.name(), found);
      count += (found.isGone() ? 0 : 1) - (before == null || before.isGone() ? 0 : 1);
      watchers.forEach(watcher -> tell(watcher, before, found));
    }
    return found;
  }

  private static void tell(Watcher watcher, @Nullable KnownNamespace before, KnownNamespace after) {
    if (after.fault().isPresent()) {
      watcher.onUnreadable(after.name(), after.fault().get());
      return;
    }
    if (before != null) {
      before.usable().ifPresent(info -> tellIfGone(watcher, info, after));
    }
    after.usable().ifPresent(watcher::onNamespace);
  }

  private static void tellIfGone(Watcher watcher, Info info, KnownNamespace after) {
    if (after.usable().isEmpty() || !after.isSameIncarnationAs(info.incarnation())) {
      watcher.onDeleted(info.namespace(), info.incarnation());
    }
  }

  /** As {@link dev.aether.server.store.Namespaces#watch}. */
  synchronized Watch watch(List<Info> met, Watcher watcher) {
    watchers.add(watcher);
    for (Info info : met) {
      get(info.namespace())
          .filter(now -> now.fault().isEmpty())
          .ifPresent(now -> tellIfGone(watcher, info, now));
    }
    known.values().forEach(now -> tell(watcher, null, now));
    return () -> watchers.remove(watcher);
  }

  /** Done when this copy has all up to a sequence; fails if that takes too long. */
  CompletableFuture<Void> caughtUp(long sequence) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    CatchAll guard =
        new CatchAll("the wait for the registry's records", reached::completeExceptionally);
    long giveUpAt = System.nanoTime() + CATCH_UP_WITHIN.toNanos();
    guard.run(() -> awaitTail(sequence, giveUpAt, reached, guard));
    return reached;
  }

  private void awaitTail(
      long sequence, long giveUpAt, CompletableFuture<Void> reached, CatchAll guard) {
    if (tail.position() >= sequence) {
      reached.complete(null);
    } else if (System.nanoTime() > giveUpAt) {
      reached.completeExceptionally(JetStreamFailure.noAnswer("the registry's records lag"));
    } else {
      timers.after(CATCH_UP_POLL, guard.of(() -> awaitTail(sequence, giveUpAt, reached, guard)));
    }
  }

  @Override
  public void close() {
    tail.close();
  }
}
