package dev.aether.client;

import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.fail;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.aether.client.ScriptedServer.Answer;
import dev.aether.v1.CommitAt;
import dev.aether.v1.NamespaceDeleted;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionCaughtUp;
import dev.aether.v1.SubscriptionEvents;
import dev.aether.v1.SubscriptionHeartbeat;
import dev.aether.v1.SubscriptionStarted;
import io.grpc.Status;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subscriptions whose connection is lost. */
@Timeout(60)
final class ResumingSubscriptionTest {
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();
  private static final SubscribeOptions BEGINNING =
      SubscribeOptions.builder(SubscriptionStart.beginning()).build();

  private final ScriptedServer server = new ScriptedServer();
  private final AetherClient client = server.client().namespace("shop").build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  /** A journal with states, which waits for a number of lines. */
  private static class Diary extends Journal {
    private final CountDownLatch heard;

    Diary(int lines) {
      heard = new CountDownLatch(lines);
    }

    void await() throws InterruptedException {
      assertTrue(heard.await(20, TimeUnit.SECONDS), () -> "only " + lines());
    }

    @Override
    public void onState(SubscriptionState state) {
      if (state instanceof SubscriptionState.Connected connected) {
        line("connected " + connected.nodeId() + (connected.resumed() ? " again" : ""));
      } else if (state instanceof SubscriptionState.CaughtUp) {
        line("level");
      } else if (state instanceof SubscriptionState.Lost lost) {
        line("lost " + lost.attempt() + " " + lost.cause().reason());
        assertTrue(lost.retryIn().toMillis() >= 25, lost::toString);
      } else if (state instanceof SubscriptionState.Ended ended) {
        line("ended " + (ended.cause() == null ? "" : ended.cause().reason()));
      }
    }

    private void line(String line) {
      lines().add(line);
      heard.countDown();
    }

    @Override
    public void onCommit(Commit commit) {
      super.onCommit(commit);
      heard.countDown();
    }
  }

  @Test
  void aLostSubscriptionGoesOnAtItsLastCursorAndTellsSo() throws Exception {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c0"));
          caller.onNext(caughtUp("c0"));
          caller.onNext(commits("c2", 1, 2));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.subscriptions.add(fail(error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of())));
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n2", "c2"));
          caller.onNext(caughtUp("c2"));
          caller.onNext(commits("c3", 3));
        });
    Diary diary = new Diary(9);

    Subscription subscription = client.subscribe(BEGINNING, diary);
    diary.await();
    subscription.close();
    assertNull(subscription.ended().get(20, TimeUnit.SECONDS));

    assertEquals(
        List.of(
            "connected n1",
            "started n1 c0",
            "level",
            "caught up c0",
            "commit 1",
            "commit 2",
            "cursor c2",
            "lost 1 UNREACHABLE",
            "lost 2 STORE_UNAVAILABLE",
            "connected n2 again",
            "level",
            "cursor c2",
            "commit 3"),
        diary.lines().subList(0, 13));
    assertEquals(List.of("ended ", "closed"), diary.lines().subList(14, 16));
    assertTrue(server.received(SubscribeRequest.class).hasBeginning());
    server.received(SubscribeRequest.class);
    SubscribeRequest resumed = server.received(SubscribeRequest.class);
    assertEquals("c2", resumed.getCursor());
    assertEquals("shop", resumed.getNamespacePattern());
    assertEquals(Map.of(), resumed.getAfterMap());
  }

  @Test
  void whatCameAfterTheCursorIsSaidAndIfItComesAgainDropped() throws Exception {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c0"));
          caller.onNext(commits("c1", 1));
          caller.onNext(commits("", 2));
          caller.onNext(commits("", 3));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c1"));
          caller.onNext(commits("c2", 2));
          caller.onNext(commits("c4", 3, 4));
        });
    Diary diary = new Diary(7);

    try (Subscription subscription = client.subscribe(BEGINNING, diary)) {
      diary.await();
      assertEquals(
          List.of("commit 1", "commit 2", "commit 3", "commit 4"),
          diary.lines().stream().filter(line -> line.startsWith("commit")).toList());
      assertEquals(0, diary.lines().stream().filter("cursor c2"::equals).count());
    }
    server.received(SubscribeRequest.class);
    SubscribeRequest resumed = server.received(SubscribeRequest.class);
    assertEquals("c1", resumed.getCursor());
    assertEquals(
        Map.of(0, 3L), Objects.requireNonNull(resumed.getAfterMap().get("shop")).getPositionsMap());
  }

  @Test
  void aNamespaceDeletedAndMadeAnewBeginsAnew() throws Exception {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c0"));
          caller.onNext(commits("", 7));
          caller.onNext(
              SubscribeResponse.newBuilder()
                  .setNamespaceDeleted(NamespaceDeleted.newBuilder().setNamespace("shop"))
                  .build());
          caller.onNext(commits("c1", 1));
        });
    Diary diary = new Diary(3);

    try (Subscription subscription = client.subscribe(BEGINNING, diary)) {
      diary.await();
    }
    assertTrue(diary.lines().contains("commit 1"));
  }

  @Test
  void positionsThatDoNotRiseEndTheSubscriptionLoudly() {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c0"));
          caller.onNext(commits("c5", 5));
          caller.onNext(commits("c6", 5));
        });
    Diary diary = new Diary(1);

    Subscription subscription = client.subscribe(BEGINNING, diary);

    AetherException e = assertInstanceOf(AetherException.class, failureOf(subscription));
    assertEquals(Reason.UNKNOWN, e.reason());
    assertTrue(e.getMessage().contains("position 5"), e.getMessage());
    assertEquals(1, diary.lines().stream().filter("commit 5"::equals).count());
  }

  @Test
  void aFrameThatCannotBeConvertedEndsTheSubscriptionInsteadOfBeingSkipped() {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c0"));
          caller.onNext(unconvertible("c1"));
        });
    server.subscriptions.add((request, caller) -> caller.onNext(started("n1", "c1")));
    Subscription subscription = client.subscribe(BEGINNING, new Journal());

    AetherException e = assertInstanceOf(AetherException.class, failureOf(subscription));
    assertEquals(Reason.UNKNOWN, e.reason());
    assertInstanceOf(DateTimeException.class, e.getCause());
    assertEquals(Cursor.of("c0"), subscription.cursor());
    assertEquals(1, server.requests.size());
  }

  @Test
  void aSubscriptionGoesOnOnAnotherNode() throws Exception {
    try (ScriptedServer other = new ScriptedServer();
        AetherClient both =
            AetherClient.builder()
                .endpoints(List.of(server.endpoint(), other.endpoint()))
                .build()) {
      Answer<SubscribeRequest, SubscribeResponse> script =
          (request, caller) -> {
            if (request.hasBeginning()) {
              caller.onNext(started("n1", "c0"));
              caller.onNext(commits("c1", 1));
              caller.onError(error(Status.Code.UNAVAILABLE, "SHUTTING_DOWN", Map.of()));
            } else {
              caller.onNext(started("n2", "c1"));
              caller.onNext(commits("c2", 2));
            }
          };
      server.subscriptions.add(script);
      other.subscriptions.add(script);
      Diary diary = new Diary(5);

      try (Subscription subscription = both.subscribe(BEGINNING, diary)) {
        diary.await();
        assertEquals("n2", subscription.status().nodeId());
        assertTrue(subscription.status().connected());
      }
      assertEquals(1, server.requests.size());
      assertEquals(1, other.requests.size());
    }
  }

  @Test
  void aTokenThatCannotBeObtainedIsAskedForAgain() throws Exception {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c0"));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n2", "c0"));
          caller.onNext(commits("c1", 1));
        });
    AtomicInteger asked = new AtomicInteger();
    Diary diary = new Diary(6);
    try (AetherClient identified =
            server
                .client()
                .token(
                    () -> {
                      if (asked.incrementAndGet() % 2 == 1) {
                        throw new IllegalStateException("sealed");
                      }
                      return "t";
                    })
                .build();
        Subscription subscription = identified.subscribe(BEGINNING, diary)) {
      diary.await();
      assertFalse(subscription.ended().isDone());
    }
    assertEquals(
        List.of(
            "lost 1 UNAUTHENTICATED",
            "connected n1",
            "started n1 c0",
            "lost 1 UNREACHABLE",
            "lost 2 UNAUTHENTICATED",
            "connected n2 again",
            "commit 1"),
        diary.lines().subList(0, 7));
  }

  @Test
  void aSubscriptionWhoseTokenCannotBeObtainedIsGivenUpAfterItsTime() {
    AtomicInteger requests = new AtomicInteger();
    SubscribeOptions hasty =
        SubscribeOptions.builder(SubscriptionStart.beginning())
            .giveUpAfter(Duration.ofMillis(400))
            .build();
    try (AetherClient sealed =
        server
            .client()
            .token(
                () -> {
                  requests.incrementAndGet();
                  throw new IllegalStateException("sealed");
                })
            .build()) {
      AetherException e =
          assertInstanceOf(
              AetherException.class, failureOf(sealed.subscribe(hasty, new Journal())));
      assertEquals(Reason.UNAUTHENTICATED, e.reason());
      assertTrue(requests.get() > 1);
    }
  }

  @Test
  void whatCannotBeResumedEndsIt() {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c0"));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.subscriptions.add(fail(error(Status.Code.OUT_OF_RANGE, "CURSOR_EXPIRED", Map.of())));

    assertInstanceOf(
        CursorExpiredException.class, failureOf(client.subscribe(BEGINNING, new Journal())));
  }

  @Test
  void aSubscriptionIsGivenUpAfterItsTime() {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c0"));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    for (int i = 0; i < 100; i++) {
      server.subscriptions.add(fail(error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of())));
    }

    assertInstanceOf(
        StoreUnavailableException.class,
        failureOf(
            client.subscribe(
                SubscribeOptions.builder(SubscriptionStart.beginning())
                    .giveUpAfter(Duration.ofSeconds(2))
                    .build(),
                new Journal())));
    assertTrue(server.requests.size() > 2);
  }

  @Test
  void aSubscriptionMayBeginBeforeItsServerIsUp() throws Exception {
    int port = server.port();
    server.stop();
    CountDownLatch beyondTheDeadline = new CountDownLatch(1);
    long begun = System.nanoTime();
    Duration deadline = Duration.ofMillis(300);
    Diary diary =
        new Diary(1) {
          @Override
          public void onState(SubscriptionState state) {
            if (state instanceof SubscriptionState.Lost) {
              if (System.nanoTime() - begun > deadline.toNanos()) {
                beyondTheDeadline.countDown();
              }
            } else {
              super.onState(state);
            }
          }
        };
    try (AetherClient early =
            AetherClient.builder()
                .endpoint("127.0.0.1:" + port)
                .namespace("shop")
                .deadline(deadline)
                .build();
        Subscription subscription = early.subscribe(BEGINNING, diary)) {
      assertTrue(beyondTheDeadline.await(20, TimeUnit.SECONDS), () -> "ended: " + diary.lines());
      try (ScriptedServer up = new ScriptedServer(port)) {
        up.subscriptions.add((request, caller) -> caller.onNext(started("n1", "c0")));
        diary.await();
        assertEquals("connected n1", diary.lines().get(0));
        assertTrue(subscription.status().connected());
      }
    }
  }

  @Test
  void aSubscriptionThatNeverBeganIsGivenUpAfterItsTime() {
    server.stop();
    SubscribeOptions hasty =
        SubscribeOptions.builder(SubscriptionStart.beginning())
            .giveUpAfter(Duration.ofMillis(400))
            .build();
    assertInstanceOf(
        ServerUnreachableException.class, failureOf(client.subscribe(hasty, new Journal())));
  }

  @Test
  void closingWhileItWaitsForTheNextAttemptEndsItAtOnce() throws Exception {
    CountDownLatch lost = new CountDownLatch(1);
    server.subscriptions.add(
        fail(
            error(
                Status.Code.RESOURCE_EXHAUSTED,
                "OVERLOADED",
                Map.of(),
                com.google.rpc.RetryInfo.newBuilder()
                    .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(60))
                    .build())));
    Subscription subscription =
        client.subscribe(
            BEGINNING,
            new Journal() {
              @Override
              public void onState(SubscriptionState state) {
                if (state instanceof SubscriptionState.Lost) {
                  lost.countDown();
                }
              }
            });
    assertTrue(lost.await(20, TimeUnit.SECONDS));

    subscription.close();

    assertNull(subscription.ended().get(20, TimeUnit.SECONDS));
  }

  @Test
  void theLagIsTheAgeOfTheNewestCommitAndZeroWhenThereIsNothingNewer() throws Exception {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c0"));
          caller.onNext(commits("c1", 1));
          caller.onNext(heartbeat("c1"));
        });
    CountDownLatch beat = new CountDownLatch(1);
    List<Duration> lags = new ArrayList<>();
    List<Long> reportedAt = new ArrayList<>();
    Subscription subscription =
        client.subscribe(
            BEGINNING,
            new Journal() {
              @Override
              public void onState(SubscriptionState state) {
                if (state instanceof SubscriptionState.Lag lag) {
                  lags.add(lag.behind());
                  reportedAt.add(System.nanoTime());
                }
              }

              @Override
              public void onHeartbeat(Cursor cursor) {
                beat.countDown();
              }
            });

    assertTrue(beat.await(20, TimeUnit.SECONDS));
    subscription.close();
    assertNull(subscription.ended().get(20, TimeUnit.SECONDS));

    // Stored in 1970; a second lag within a second is kept but not reported.
    assertEquals(
        1, reportedAt.stream().filter(at -> at - reportedAt.get(0) < SECOND_NANOS).count());
    assertTrue(lags.get(0).toDays() > 10_000, lags::toString);
    assertEquals(Duration.ZERO, subscription.status().behind());
  }

  @Test
  void theStreamOfSignalsResumesToo() {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c0"));
          caller.onNext(commits("c1", 1));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("n1", "c1"));
          caller.onNext(commits("c2", 2));
        });
    List<String> seen = new ArrayList<>();
    try (Stream<SubscriptionSignal> signals = client.subscribe(BEGINNING)) {
      Iterator<SubscriptionSignal> each = signals.iterator();
      while (seen.size() < 7) {
        SubscriptionSignal signal = each.next();
        seen.add(
            signal instanceof SubscriptionSignal.StateChanged changed
                ? changed.state().getClass().getSimpleName()
                : signal.getClass().getSimpleName());
      }
    }
    assertEquals(
        List.of(
            "Started", "Committed", "CursorMoved", "Lost", "Connected", "Committed", "CursorMoved"),
        seen);
  }

  private static Throwable failureOf(Subscription subscription) {
    return Objects.requireNonNull(
        assertThrows(ExecutionException.class, () -> subscription.ended().get(20, TimeUnit.SECONDS))
            .getCause());
  }

  private static SubscribeResponse started(String node, String cursor) {
    return SubscribeResponse.newBuilder()
        .setStarted(SubscriptionStarted.newBuilder().setNodeId(node).setCursor(cursor))
        .build();
  }

  private static SubscribeResponse caughtUp(String cursor) {
    return SubscribeResponse.newBuilder()
        .setCaughtUp(SubscriptionCaughtUp.newBuilder().setCursor(cursor))
        .build();
  }

  /** A commit whose event has a time that no {@link java.time.Instant} can express. */
  private static SubscribeResponse unconvertible(String cursor) {
    SubscribeResponse.Builder frame = commits(cursor, 1).toBuilder();
    frame
        .getEventsBuilder()
        .getCommitsBuilder(0)
        .getCommitBuilder()
        .addEventsBuilder()
        .getTimestampBuilder()
        .setSeconds(Long.MAX_VALUE);
    return frame.build();
  }

  private static SubscribeResponse heartbeat(String cursor) {
    return SubscribeResponse.newBuilder()
        .setHeartbeat(SubscriptionHeartbeat.newBuilder().setCursor(cursor))
        .build();
  }

  private static SubscribeResponse commits(String cursor, long... positions) {
    SubscriptionEvents.Builder events = SubscriptionEvents.newBuilder().setCursor(cursor);
    for (long position : positions) {
      events.addCommits(
          CommitAt.newBuilder()
              .setPosition(position)
              .setStoredAt(Timestamp.newBuilder().setSeconds(position))
              .setCommit(dev.aether.v1.Commit.newBuilder().setNamespace("shop")));
    }
    return SubscribeResponse.newBuilder().setEvents(events).build();
  }
}
