package dev.aether.server;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.measure.Measures;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.NamespaceSize;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how large namespaces are. The store is asked only while somebody reads the metrics, and
 * what they show is what it answered the last time. Thread-safe.
 */
final class NamespaceSizes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceSizes.class);

  /** The shortest time between two rounds of questions, once each namespace was asked for. */
  private static final Duration EVERY = Duration.ofSeconds(15);

  /** The namespaces of one round; the next round goes on after them. */
  static final int MAX_ASKED = 1_000;

  private static final int AT_ONCE = 16;

  /** The metrics have this many of the largest namespaces, and of those nearest to their limit. */
  private static final int SHOWN = 50;

  private final CommitLog log;
  private final Namespaces.Watch watch;
  private final ConcurrentSkipListMap<String, Namespaces.Info> namespaces =
      new ConcurrentSkipListMap<>();

  /** The last known size of each namespace, by its name. */
  private final Map<String, Size> sizes = new ConcurrentHashMap<>();

  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile long asked = System.nanoTime() - EVERY.toNanos();

  /** How many questions were asked, also those without an answer. */
  private final AtomicLong questions = new AtomicLong();

  /** The last namespace of the last round. Used only by the one who is asking. */
  private String last = "";

  /**
   * A size.
   *
   * @param max what it may grow to; 0 means no limit
   */
  private record Size(long bytes, long max) {
    /** The part of the limit that is used; negative if there is no limit. */
    private double full() {
      return max == 0 ? -1 : (double) bytes / max;
    }
  }

  /** Registers the metrics. */
  NamespaceSizes(Store store, Measures measures) {
    log = store.log();
    watch = store.namespaces().watch(List.of(), new Known());
    measures.byNamespace(
        "namespace.bytes",
        "Size of the commits of a namespace, on each of its replicas, for the largest ones and for"
            + " those nearest to their limits",
        () -> shown(Size::bytes));
    measures.byNamespace(
        "namespace.max.bytes", "The limit of that size, if there is one", () -> shown(Size::max));
  }

  @Override
  public void close() {
    watch.close();
  }

  private final class Known implements Namespaces.Watcher {
    @Override
    public void onNamespace(Namespaces.Info info) {
      namespaces.put(info.namespace().name(), info);
    }

    @Override
    public void onDeleted(Namespace namespace, String incarnation) {
      namespaces.remove(namespace.name());
      sizes.remove(namespace.name());
    }

    @Override
    public void onUnreadable(Namespace namespace, StoreException why) {}
  }

  /** The values that are not zero, of the namespaces that are shown. */
  private Map<String, Long> shown(ToLongFunction<Size> value) {
    askUnlessRecent();
    Map<String, Long> shown = new HashMap<>();
    Stream.concat(most(Size::bytes), most(Size::full))
        .filter(entry -> value.applyAsLong(entry.getValue()) > 0)
        .forEach(entry -> shown.put(entry.getKey(), value.applyAsLong(entry.getValue())));
    return shown;
  }

  private Stream<Map.Entry<String, Size>> most(ToDoubleFunction<Size> order) {
    return sizes.entrySet().stream()
        .filter(entry -> order.applyAsDouble(entry.getValue()) >= 0)
        .sorted(
            Comparator.comparingDouble(
                    (Map.Entry<String, Size> entry) -> order.applyAsDouble(entry.getValue()))
                .reversed())
        .limit(SHOWN);
  }

  private void askUnlessRecent() {
    boolean recent = System.nanoTime() - asked < EVERY.toNanos();
    if (recent && questions.get() >= namespaces.size() || !asking.compareAndSet(false, true)) {
      return;
    }
    CatchAll.begin(() -> ask(nextRound()))
        .whenComplete(
            (done, thrown) -> {
              if (thrown != null) {
                LOG.error("cannot measure the sizes of namespaces", thrown);
              }
              asked = System.nanoTime();
              asking.set(false);
            });
  }

  private List<Namespaces.Info> nextRound() {
    List<Namespaces.Info> round = new ArrayList<>();
    Stream.concat(
            namespaces.tailMap(last, false).values().stream(),
            namespaces.headMap(last, true).values().stream())
        .limit(MAX_ASKED)
        .forEach(round::add);
    if (!round.isEmpty()) {
      last = round.get(round.size() - 1).namespace().name();
      questions.addAndGet(round.size());
    }
    return round;
  }

  private CompletableFuture<Void> ask(List<Namespaces.Info> left) {
    if (left.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    List<Namespaces.Info> now = left.subList(0, Math.min(AT_ONCE, left.size()));
    return CompletableFuture.allOf(now.stream().map(this::ask).toArray(CompletableFuture<?>[]::new))
        .thenCompose(answered -> ask(left.subList(now.size(), left.size())));
  }

  private CompletableFuture<Void> ask(Namespaces.Info info) {
    String name = info.namespace().name();
    return NamespaceSize.of(info, log)
        .handle(
            (size, thrown) -> {
              if (thrown != null) {
                if (!(Exceptions.unwrap(thrown) instanceof StoreException)) {
                  throw new CompletionException(thrown);
                }
                // It may just have been deleted. If the store does not answer at all, health says
                // so, and the last size stays.
                LOG.debug("the size of namespace {} is unknown: {}", name, thrown.getMessage());
              } else {
                // Under the lock of the name, which its deletion takes, too.
                sizes.compute(
                    name,
                    (same, before) ->
                        info.equals(namespaces.get(name))
                            ? new Size(size.bytes(), info.maxBytes() * info.partitions())
                            : before);
              }
              return null;
            });
  }
}
