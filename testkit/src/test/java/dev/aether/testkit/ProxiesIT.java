package dev.aether.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import dev.aether.client.AetherException;
import dev.aether.client.Bytes;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.Event;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.SaveStream;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionStart;
import dev.aether.client.SubscriptionState;
import dev.aether.client.VersionConflictException;
import dev.aether.client.actor.ActorType;
import dev.aether.client.actor.Actors;
import dev.aether.client.actor.BytesCodec;
import dev.aether.client.retry.SimpleRetry;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.store.memory.InMemoryStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client works through real proxies, configured as docs/proxies shows. */
@Timeout(180)
final class ProxiesIT {
  /**
   * Longer than nginx' default timeout of 60 s for a silent server, and Envoy's of 15 s for a whole
   * call.
   */
  private static final int IDLE_HEARTBEATS = 7;

  private static final Map<Proxy.Kind, Proxy> PROXIES = new EnumMap<>(Proxy.Kind.class);
  private static final AtomicInteger ACTORS = new AtomicInteger();

  @SuppressWarnings("NullAway.Init")
  private static AetherServer server;

  @SuppressWarnings("NullAway.Init")
  private static AetherClient direct;

  private final String actor = "actor-" + ACTORS.incrementAndGet();

  @BeforeAll
  static void start() {
    server =
        AetherServer.start(
            ServerConfig.on(new StoreChoice.Given(new InMemoryStore(true, InstantSource.system())))
                .withoutHttp());
    String endpoint = "127.0.0.1:" + server.grpcAddress().getPort();
    direct = AetherClient.connect(endpoint);
    for (Proxy.Kind kind : Proxy.Kind.values()) {
      PROXIES.put(kind, new Proxy(kind, endpoint));
    }
  }

  @AfterAll
  static void end() {
    PROXIES.values().forEach(Proxy::close);
    direct.close();
    server.close();
  }

  private static Proxy proxy(Proxy.Kind kind) {
    return Objects.requireNonNull(PROXIES.get(kind));
  }

  private static AetherClientBuilder through(Proxy.Kind kind) {
    return AetherClient.builder().endpoint(proxy(kind).endpoint());
  }

  private static NewEvent event(int bytes) {
    return NewEvent.builder("Happened").data(new byte[bytes]).build();
  }

  @ParameterizedTest
  @EnumSource
  void aConflictStaysAConflictHoweverMuchItBrings(Proxy.Kind kind) {
    Random random = new Random(7);
    try (AetherClient client = through(kind).build()) {
      for (String name : List.of("a", "漢".repeat(85), "%".repeat(256), "\"".repeat(256))) {
        String id = name.length() == 1 ? actor : name;
        for (int i = 0; i < 200; i++) {
          byte[] data = new byte[random.nextInt(120)];
          random.nextBytes(data);
          NewEvent next = NewEvent.builder("Happened").data(data).build();
          Saved unused = direct.save(id, ExpectedVersion.any(), next);
        }
        for (int expected = 0; expected < 100; expected++) {
          SaveCommand late =
              SaveCommand.builder(id, ExpectedVersion.exactly(expected))
                  .event(event(1))
                  .maxMissedEvents(256)
                  .build();
          VersionConflictException conflict =
              assertThrows(VersionConflictException.class, () -> client.save(late));
          assertTrue(conflict.currentVersion() >= 200);
          List<Long> missed = conflict.missedEvents().stream().map(Event::version).toList();
          assertEquals(
              LongStream.rangeClosed(expected + 1, expected + missed.size()).boxed().toList(),
              missed);
          assertTrue(name.length() > 1 || missed.size() > 2, () -> "only " + missed);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCommandToAnActorThatOthersWriteToIsHandled(Proxy.Kind kind) {
    ActorType<Integer, Integer> type =
        ActorType.of(
            0,
            (state, change) -> state + change,
            BytesCodec.<Integer>of("application/octet-stream")
                .event(
                    "Changed",
                    Integer.class,
                    n -> Bytes.wrap(new byte[] {n.byteValue()}),
                    b -> (int) b.toByteArray()[0]));
    try (AetherClient client = through(kind).build()) {
      Actors<Integer, Integer> actors = Actors.of(client, type, new SimpleRetry()).withCache(10);
      Actors<Integer, Integer> others = Actors.of(direct, type, new SimpleRetry());
      assertEquals(1, actors.handle(actor, state -> List.of(1)).state());
      for (int i = 0; i < 100; i++) {
        others.handle(actor, state -> List.of(1));
      }
      assertEquals(102, actors.handle(actor, state -> List.of(1)).state());
    }
  }

  @ParameterizedTest
  @EnumSource
  void savesGoThroughMoreThanAProxyTakesOverOneConnection(Proxy.Kind kind) throws Exception {
    try (AetherClient client = through(kind).build()) {
      List<CompletableFuture<Saved>> saves = new ArrayList<>();
      Semaphore places = new Semaphore(150);
      for (int i = 0; i < 3_000; i++) {
        assertTrue(places.tryAcquire(60, TimeUnit.SECONDS));
        CompletableFuture<Saved> save =
            client.async().save(actor + "-" + i % 500, ExpectedVersion.any(), event(10));
        saves.add(save.whenComplete((saved, thrown) -> places.release()));
      }
      for (CompletableFuture<Saved> save : saves) {
        Saved unused = save.get(60, TimeUnit.SECONDS);
      }
      for (int i = 0; i < 500; i++) {
        assertEquals(6, direct.latestVersion(actor + "-" + i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCommitOfThreeMebibytesGoesThroughAndComesBack(Proxy.Kind kind) {
    byte[] data = new byte[3 * 1024 * 1024 - 1024];
    new Random(1).nextBytes(data);
    try (AetherClient client = through(kind).build()) {
      NewEvent large = NewEvent.builder("Large").data(data).build();
      assertEquals(1, client.save(actor, ExpectedVersion.exactly(0), large).lastVersion());
      assertArrayEquals(data, client.events(actor).findFirst().orElseThrow().data().toByteArray());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStreamOfSavesHasNoBoundOfABody(Proxy.Kind kind) throws Exception {
    try (AetherClient client = through(kind).build();
        SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      List<CompletableFuture<Saved>> saves = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        saves.add(stream.save(actor, ExpectedVersion.exactly(i), event(4_096)));
      }
      for (int i = 0; i < saves.size(); i++) {
        Saved saved = saves.get(i).get(60, TimeUnit.SECONDS);
        assertEquals(i + 1, saved.lastVersion());
        assertFalse(saved.replayed(), "the stream broke on its way");
      }
    }
  }

  /** Records an actor's commits and the state of the connection. */
  private static final class Follower implements SubscriptionListener {
    final List<Long> versions = new CopyOnWriteArrayList<>();
    final List<AetherException> losses = new CopyOnWriteArrayList<>();
    final CountDownLatch heartbeats = new CountDownLatch(IDLE_HEARTBEATS);
    final CountDownLatch caughtUp = new CountDownLatch(1);

    @Override
    public void onCommit(Commit commit) {
      versions.add(commit.lastVersion());
    }

    @Override
    public void onHeartbeat(Cursor cursor) {
      heartbeats.countDown();
    }

    @Override
    public void onCaughtUp(Cursor cursor) {
      caughtUp.countDown();
    }

    @Override
    public void onState(SubscriptionState state) {
      if (state instanceof SubscriptionState.Lost lost) {
        losses.add(lost.cause());
      }
    }

    @Override
    public void onError(AetherException error) {
      losses.add(error);
    }
  }

  private Subscription follow(AetherClient client, Follower follower) throws InterruptedException {
    Subscription subscription =
        client.subscribe(
            SubscribeOptions.builder(SubscriptionStart.live()).actorPattern(actor).build(),
            follower);
    assertTrue(follower.caughtUp.await(30, TimeUnit.SECONDS), () -> "lost: " + follower.losses);
    return subscription;
  }

  @Test
  void whatIsIdleForLongerThanAProxysTimeoutsStaysConnected() throws Exception {
    List<AutoCloseable> open = new ArrayList<>();
    record Quiet(Proxy.Kind kind, Follower follower, SaveStream stream) {}
    List<Quiet> all = new ArrayList<>();
    for (Proxy.Kind kind : Proxy.Kind.values()) {
      AetherClient client = through(kind).build();
      open.add(client);
      Follower follower = new Follower();
      open.add(0, follow(client, follower));
      SaveStream stream = client.saveStream(SaveStreamOptions.defaults());
      open.add(0, stream);
      all.add(new Quiet(kind, follower, stream));
      Saved unused = stream.save(actor, ExpectedVersion.any(), event(1)).get(30, TimeUnit.SECONDS);
    }
    for (Quiet quiet : all) {
      assertTrue(
          quiet.follower().heartbeats.await(120, TimeUnit.SECONDS), () -> quiet + " hears nothing");
      assertEquals(List.of(), quiet.follower().losses, quiet::toString);
      Saved saved =
          quiet.stream().save(actor, ExpectedVersion.any(), event(1)).get(30, TimeUnit.SECONDS);
      assertFalse(saved.replayed(), quiet::toString);
    }
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whileTheProxyReloadsNothingIsLostDoubledOrReordered(Proxy.Kind kind) throws Exception {
    Follower follower = new Follower();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger stored = new AtomicInteger();
    try (AetherClient client = through(kind).deadline(Duration.ofSeconds(60)).build();
        Subscription subscription = follow(client, follower)) {
      CompletableFuture<Void> saving =
          CompletableFuture.runAsync(
              () -> {
                while (!stop.get()) {
                  Saved saved =
                      client.save(actor, ExpectedVersion.exactly(stored.get()), event(10));
                  assertEquals(stored.incrementAndGet(), saved.lastVersion());
                }
              });
      for (int reload = 1; reload <= 2; reload++) {
        int lost = follower.losses.size();
        proxy(kind).reload();
        await("the subscription to move", () -> follower.losses.size() > lost);
        int before = stored.get();
        await("more saves", () -> stored.get() > before + 20);
        await("the subscription", () -> subscription.status().connected());
      }
      stop.set(true);
      saving.get(60, TimeUnit.SECONDS);
      await("commits", () -> follower.versions.size() >= stored.get());
      assertEquals(
          LongStream.rangeClosed(1, stored.get()).boxed().toList(), List.copyOf(follower.versions));
    }
  }

  private static void await(String what, BooleanSupplier met) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!met.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, () -> "waited 60 s for " + what);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
