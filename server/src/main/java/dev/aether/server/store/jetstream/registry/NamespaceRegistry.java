package dev.aether.server.store.jetstream.registry;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.concurrent.SingleFlight;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.OrderedConsumers;
import dev.aether.server.store.jetstream.write.Writer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The registry of namespaces. {@link RegistryCopy} has this node's view, {@link RegistryStream}
 * reads and writes the leader's; {@link NamespaceCreation}, {@link NamespaceUpdate} and {@link
 * NamespaceDeletion} change namespaces.
 */
public final class NamespaceRegistry implements Namespaces, AutoCloseable {
  private final Timers timers;
  private final int autoCreateLimit;
  private final long storeId;
  private final RegistryCopy copy;
  private final RegistryStream registry;
  private final NamespaceCreation creation;
  private final NamespaceDeletion deletion;
  private final NamespaceUpdate update;
  private final SingleFlight<Namespace, Optional<Info>> looks;
  private final Map<Namespace, CompletableFuture<Info>> creations = new ConcurrentHashMap<>();

  private NamespaceRegistry(
      JetStreamApi api,
      Timers timers,
      Writer writer,
      OrderedConsumers consumers,
      int replicas,
      int autoCreateLimit,
      long storeId) {
    this.timers = timers;
    this.autoCreateLimit = autoCreateLimit;
    this.storeId = storeId;
    copy = new RegistryCopy(timers, consumers);
    registry = new RegistryStream(api, writer, copy);
    deletion = new NamespaceDeletion(api, registry);
    creation = new NamespaceCreation(api, copy, registry, deletion, replicas);
    update = new NamespaceUpdate(api, timers, registry, creation);
    looks = new SingleFlight<>(namespace -> JetStreamErrors.mapped(creation.look(namespace)));
  }

  /**
   * Opens the registry, and creates its stream if it does not exist.
   *
   * @param replicas of the registry's stream, and the default for new namespaces
   * @param autoCreateLimit a save creates no namespace if there are this many; 0: never
   */
  public static CompletableFuture<NamespaceRegistry> open(
      JetStreamApi api,
      Timers timers,
      Writer writer,
      OrderedConsumers consumers,
      int replicas,
      int autoCreateLimit) {
    return RegistryStream.open(api, replicas)
        .thenApply(
            storeId -> {
              var registry =
                  new NamespaceRegistry(
                      api, timers, writer, consumers, replicas, autoCreateLimit, storeId);
              registry.copy.start();
              return registry;
            });
  }

  @Override
  public long storeId() {
    return storeId;
  }

  private Optional<Info> local(Namespace namespace) {
    return copy.get(namespace).flatMap(KnownNamespace::usable);
  }

  /** The namespaces that this node knows. */
  public List<Info> known() {
    return copy.all().stream().map(KnownNamespace::usable).flatMap(Optional::stream).toList();
  }

  @Override
  public CompletableFuture<Optional<Info>> find(Namespace namespace) {
    Optional<Info> here = local(namespace);
    return here.isPresent() ? CompletableFuture.completedFuture(here) : look(namespace);
  }

  @Override
  public CompletableFuture<Optional<Info>> look(Namespace namespace) {
    return looks.ask(namespace);
  }

  @Override
  public CompletableFuture<Info> findOrCreate(Namespace namespace) {
    Optional<Info> here = local(namespace);
    if (here.isPresent()) {
      return CompletableFuture.completedFuture(here.get());
    }
    CompletableFuture<Info> own = new CompletableFuture<>();
    CompletableFuture<Info> running = creations.putIfAbsent(namespace, own);
    if (running != null) {
      return running.copy();
    }
    CatchAll.begin(() -> creation.findOrCreate(namespace, autoCreateLimit))
        .whenComplete(
            (info, thrown) -> {
              creations.remove(namespace);
              if (thrown == null) {
                own.complete(info);
              } else {
                own.completeExceptionally(JetStreamErrors.toStoreException(thrown));
              }
            });
    return own;
  }

  @Override
  public CompletableFuture<Info> create(Namespace namespace, Settings settings, long deadline) {
    return withDeadline(namespace, deadline, begun -> creation.create(namespace, settings, begun));
  }

  @Override
  public CompletableFuture<Info> update(Namespace namespace, Settings settings, long deadline) {
    return withDeadline(
        namespace, deadline, begun -> update.update(namespace, settings, deadline, begun));
  }

  @Override
  public CompletableFuture<Void> delete(Namespace namespace, long deadline) {
    return withDeadline(namespace, deadline, begun -> deletion.delete(namespace, begun));
  }

  /**
   * Completes a change by its deadline. If something was written and the result is not known, the
   * outcome is unknown.
   */
  private <T> CompletableFuture<T> withDeadline(
      Namespace namespace, long deadline, Function<Runnable, CompletableFuture<T>> change) {
    Beginning beginning = new Beginning();
    CompletableFuture<T> result = new CompletableFuture<>();
    var timeout =
        timers.at(
            deadline,
            () ->
                result.completeExceptionally(
                    failure(namespace, beginning.end(), JetStreamFailure.noAnswer("no response"))));
    CatchAll.begin(() -> change.apply(beginning))
        .whenComplete(
            (done, thrown) -> {
              timeout.cancel(false);
              if (thrown == null) {
                result.complete(done);
              } else {
                result.completeExceptionally(failure(namespace, beginning.end(), thrown));
              }
            });
    return result;
  }

  /**
   * Runs before the first write of a change. Nothing is written if the call was answered before.
   */
  private static final class Beginning implements Runnable {
    private boolean begun;
    private boolean ended;

    @Override
    public synchronized void run() {
      if (ended && !begun) {
        throw JetStreamFailure.notDelivered("the call ended before its change began");
      }
      begun = true;
    }

    /** Returns whether the change has begun. If it has not, it never will. */
    synchronized boolean end() {
      ended = true;
      return begun;
    }
  }

  private static StoreException failure(Namespace namespace, boolean begun, Throwable thrown) {
    if (Exceptions.unwrap(thrown) instanceof StoreException decided) {
      return decided;
    }
    StoreException failure = JetStreamErrors.toStoreException(thrown);
    return begun ? StoreException.outcomeUnknown(namespace, failure.getMessage()) : failure;
  }

  @Override
  public CompletableFuture<List<Info>> list(NamePattern pattern) {
    return JetStreamErrors.mapped(
        registry
            .lastSequence()
            .thenCompose(copy::caughtUp)
            .thenCompose(
                caughtUp -> {
                  List<KnownNamespace> matching =
                      copy.all().stream()
                          .filter(found -> pattern.matches(found.name().name()))
                          .toList();
                  return CompletableFuture.allOf(
                          matching.stream().map(this::settled).toArray(CompletableFuture<?>[]::new))
                      .thenApply(
                          settled ->
                              matching.stream()
                                  .map(KnownNamespace::usable)
                                  .flatMap(Optional::stream)
                                  .toList());
                }));
  }

  /** Before a namespace is left out because it is being deleted, its deletion is completed. */
  private CompletableFuture<?> settled(KnownNamespace found) {
    if (found.fault().isPresent()) {
      return CompletableFuture.failedFuture(found.fault().get());
    }
    return found.isBeingDeleted() ? look(found.name()) : CompletableFuture.completedFuture(found);
  }

  @Override
  public Watch watch(List<Info> known, Watcher watcher) {
    return copy.watch(known, watcher);
  }

  @Override
  public void close() {
    copy.close();
    creations.values().forEach(own -> own.completeExceptionally(StoreException.shuttingDown()));
  }
}
