package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Event;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.LogSignal;
import dev.aether.client.NewEvent;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.ReadLogOptions;
import dev.aether.client.ReadOptions;
import dev.aether.client.SaveCommand;
import dev.aether.client.SaveStream;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.client.StoreUnavailableException;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionStart;
import dev.aether.client.SubscriptionState;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.CuttingProxy;
import dev.aether.server.testing.TestNatsServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Java client, whose connections to two nodes are cut at random places. The long form: {@code
 * -Daether.connection.kills=10000}; {@code -Daether.connection.seed} repeats a run's places.
 */
final class BrokenConnectionsTest {
  private static final int KILLS = Integer.getInteger("aether.connection.kills", 200);
  private static final long SEED = Long.getLong("aether.connection.seed", System.nanoTime());
  private static final Duration BOUND = Duration.ofSeconds(60 + KILLS);

  /** Saves on their way: after each kill the servers look for all of them. */
  private static final int UNANSWERED = Integer.getInteger("aether.connection.unanswered", 40);

  /** By each of two writers: more bytes than a connection lives. */
  private static final int COMMITS_A_KILL = 30;

  /** More logs than have their cursor in every frame. */
  private static final int NAMESPACES = 12;

  /** gRPC's server says of each cut that it was cut. */
  private static final Logger NOISE =
      Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler");

  private static TestNatsServer nats;
  private static Node a;
  private static Node b;

  private final Random random = new Random(SEED);
  private final AtomicLong cuts = new AtomicLong();

  @BeforeAll
  static void start() {
    NOISE.setLevel(Level.OFF);
    nats = TestNatsServer.start();
    StoreChoice choice = new StoreChoice.Nats(List.of(nats.url()), Duration.ofSeconds(30));
    a = Node.start(ServerConfig.on(choice).withNodeId("node-a"));
    b = Node.start(ServerConfig.on(choice).withNodeId("node-b"));
  }

  @AfterAll
  static void stop() {
    a.close();
    b.close();
    nats.close();
    NOISE.setLevel(null);
  }

  private CuttingProxy proxy(Node node, int mostBytes) {
    return new CuttingProxy(node.port(), () -> bytesToLive(mostBytes), cuts);
  }

  /** Now and then in the greeting. */
  private synchronized long bytesToLive(int mostBytes) {
    return random.nextInt(random.nextInt(5) == 0 ? 600 : mostBytes);
  }

  private static AetherClientBuilder direct(Node node) {
    return AetherClient.builder().endpoint("127.0.0.1:" + node.port());
  }

  private static AetherClient through(CuttingProxy one, CuttingProxy other) {
    return AetherClient.builder()
        .endpoints(List.of(one.endpoint(), other.endpoint()))
        .deadline(Duration.ofSeconds(30))
        .build();
  }

  @Test
  void aSubscriberGetsEachCommitOnceAndInOrderHoweverItsConnectionsEnd() {
    System.out.println("seed " + SEED + ", " + KILLS + " kills of a subscriber's connections");
    Tracker tracker = new Tracker();
    AtomicBoolean enough = new AtomicBoolean();
    try (CuttingProxy toA = proxy(a, 40_000);
        CuttingProxy toB = proxy(b, 40_000);
        AetherClient reader = through(toA, toB);
        AetherClient writerA = direct(a).build();
        AetherClient writerB = direct(b).build()) {
      List<CompletableFuture<Void>> writers =
          List.of(write(writerA, "a", enough), write(writerB, "b", enough));
      Subscription subscription =
          reader.subscribe(
              SubscribeOptions.builder(SubscriptionStart.beginning())
                  .namespacePattern("kills.*")
                  .build(),
              tracker);
      Await.until(KILLS + " kills", BOUND, () -> cuts.get() >= KILLS || tracker.ended());
      enough.set(true);
      writers.forEach(CompletableFuture::join);
      toA.cutNoMore();
      toB.cutNoMore();
      tracker.checkGoing();

      Map<String, List<Long>> stored = stored(writerA);
      Await.until(
          "all commits",
          Duration.ofSeconds(60),
          () -> tracker.count() >= count(stored) || tracker.ended());
      tracker.checkGoing();
      assertEquals(stored, tracker.positions());
      System.out.printf(
          "%d cuts, %d times resumed, %d commits in %d namespaces%n",
          cuts.get(), tracker.resumed(), count(stored), stored.size());
      assertTrue(tracker.resumed() >= KILLS / 4, "resumed " + tracker.resumed() + " times");
      subscription.close();
    }
  }

  private CompletableFuture<Void> write(AetherClient client, String name, AtomicBoolean enough) {
    return CompletableFuture.runAsync(
        () -> {
          NewEvent event = NewEvent.builder("Counted").data(new byte[1500]).build();
          for (int i = 0; !enough.get(); i++) {
            long kills = i / COMMITS_A_KILL;
            Await.until("a kill", BOUND, () -> enough.get() || cuts.get() >= kills);
            Saved unused =
                client.save(
                    SaveCommand.builder(name + i % 7, ExpectedVersion.any())
                        .namespace("kills.n" + i % NAMESPACES)
                        .event(event)
                        .build());
          }
        });
  }

  private static Map<String, List<Long>> stored(AetherClient client) {
    Map<String, List<Long>> positions = new TreeMap<>();
    try (Stream<LogSignal> log =
        client.readLog(ReadLogOptions.builder().namespacePattern("kills.*").build())) {
      log.flatMap(LogSignal::commits)
          .forEach(
              commit ->
                  positions
                      .computeIfAbsent(commit.namespace(), name -> new ArrayList<>())
                      .add(commit.position()));
    }
    return positions;
  }

  private static long count(Map<String, List<Long>> positions) {
    return positions.values().stream().mapToLong(List::size).sum();
  }

  /** Remembers what it gets. */
  private static final class Tracker implements SubscriptionListener {
    private final Map<String, List<Long>> positions = new ConcurrentHashMap<>();
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong resumed = new AtomicLong();
    private volatile @Nullable AetherException end;

    @Override
    public void onState(SubscriptionState state) {
      if (state instanceof SubscriptionState.Connected connected && connected.resumed()) {
        resumed.incrementAndGet();
      }
    }

    @Override
    public void onCommit(Commit commit) {
      positions
          .computeIfAbsent(commit.namespace(), name -> new ArrayList<>())
          .add(commit.position());
      count.incrementAndGet();
    }

    @Override
    public void onError(AetherException error) {
      end = error;
    }

    long count() {
      return count.get();
    }

    long resumed() {
      return resumed.get();
    }

    boolean ended() {
      return end != null;
    }

    void checkGoing() {
      assertNull(end, () -> "ended: " + end);
    }

    Map<String, List<Long>> positions() {
      return new TreeMap<>(positions);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void aStreamOfSavesStoresEachOnceAndInOrderHoweverItsConnectionsEnd(int actors) {
    int kills = KILLS / 10;
    String namespace = "streamed" + actors;
    System.out.println("seed " + SEED + ", " + kills + " kills of a writer's connections");
    Map<Integer, Long> handedOver = new TreeMap<>();
    List<PendingSave> saves = new ArrayList<>();
    try (CuttingProxy toA = proxy(a, 100_000);
        CuttingProxy toB = proxy(b, 100_000);
        AetherClient writer = through(toA, toB);
        AetherClient reader = direct(b).build()) {
      try (SaveStream stream =
          writer.saveStream(SaveStreamOptions.defaults().withMaxUnanswered(UNANSWERED))) {
        for (int i = 0; cuts.get() < kills; i++) {
          int actor = i % actors;
          long n = handedOver.merge(actor, 1L, Long::sum);
          String id = "s" + actor + "-" + n;
          saves.add(
              new PendingSave(
                  id,
                  stream.save(
                      SaveCommand.builder("s" + actor, ExpectedVersion.any())
                          .namespace(namespace)
                          .commitId(id)
                          .event(
                              NewEvent.builder("Counted").commandId(id).data(new byte[100]).build())
                          .build())));
        }
        toA.cutNoMore();
        toB.cutNoMore();
      }
      Set<String> refused = refused(saves);
      Set<String> unknown = unknown(saves);
      assertTrue(unknown.size() < saves.size() / 2, unknown::toString);
      handedOver.forEach(
          (actor, last) -> {
            List<String> stored = commitIds(reader, namespace, "s" + actor);
            assertEquals(new HashSet<>(stored).size(), stored.size(), "nothing is stored twice");
            assertTrue(stored.stream().noneMatch(refused::contains), "nothing refused is stored");
            assertEquals(
                named("s" + actor, last, union(unknown, refused)),
                stored.stream().filter(id -> !unknown.contains(id)).toList());
          });
      System.out.printf(
          "%d cuts, %d saves, %d of them recognised as repeats, %d unknown, %d refused%n",
          cuts.get(),
          saves.size(),
          saves.stream()
              .map(PendingSave::outcome)
              .filter(save -> !save.isCompletedExceptionally() && save.join().replayed())
              .count(),
          unknown.size(),
          refused.size());
    }
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    Set<String> both = new HashSet<>(one);
    both.addAll(other);
    return both;
  }

  /** The saves that a node refused because an earlier one of the actor failed. */
  private static Set<String> refused(List<PendingSave> saves) {
    return ids(saves, StoreUnavailableException.class);
  }

  /** The saves that nothing is known of: stored once or not at all. */
  private static Set<String> unknown(List<PendingSave> saves) {
    return ids(saves, OutcomeUnknownException.class);
  }

  /** Nothing else may go wrong. */
  private static Set<String> ids(List<PendingSave> saves, Class<? extends AetherException> type) {
    Set<String> ids = new HashSet<>();
    for (PendingSave save : saves) {
      try {
        Saved unused = save.outcome().join();
      } catch (CompletionException e) {
        if (type.isInstance(e.getCause())) {
          ids.add(save.commitId());
        } else {
          assertTrue(
              e.getCause() instanceof OutcomeUnknownException
                  || e.getCause() instanceof StoreUnavailableException,
              () -> save.commitId() + ": " + e.getCause());
        }
      }
    }
    return ids;
  }

  private record PendingSave(String commitId, CompletableFuture<Saved> outcome) {}

  private static List<String> named(String actor, long last, Set<String> without) {
    return LongStream.rangeClosed(1, last)
        .mapToObj(n -> actor + "-" + n)
        .filter(id -> !without.contains(id))
        .toList();
  }

  private static List<String> commitIds(AetherClient client, String namespace, String actor) {
    try (Stream<Event> events =
        client.events(actor, ReadOptions.builder().namespace(namespace).build())) {
      return events.map(Event::commandId).toList();
    }
  }
}
