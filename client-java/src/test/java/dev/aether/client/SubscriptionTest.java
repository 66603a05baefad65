package dev.aether.client;

import static dev.aether.client.ScriptedServer.error;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.aether.v1.Broadcast;
import dev.aether.v1.CommitAt;
import dev.aether.v1.Detail;
import dev.aether.v1.NamespaceDeleted;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionCaughtUp;
import dev.aether.v1.SubscriptionError;
import dev.aether.v1.SubscriptionEvents;
import dev.aether.v1.SubscriptionHeartbeat;
import dev.aether.v1.SubscriptionStarted;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SubscriptionTest {
  private static final int LARGE_FRAMES = 200;
  private static final int LARGE_FRAME_BYTES = 256 * 1024;
  private static final SubscribeOptions LIVE =
      SubscribeOptions.builder(SubscriptionStart.live()).build();
  private static final SubscribeOptions LIVE_ONCE =
      SubscribeOptions.builder(SubscriptionStart.live()).resume(false).build();

  private final ScriptedServer server = new ScriptedServer();
  private final AetherClient client = server.client().namespace("shop").build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void aListenerHearsEverythingInOrderAndCursorsOnlyAfterWhatTheyStandBehind() throws Exception {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("c0"));
          caller.onNext(caughtUp("c0"));
          caller.onNext(commits("", 1));
          caller.onNext(commits("c3", 2, 3));
          caller.onNext(heartbeat("c4"));
          caller.onNext(
              SubscribeResponse.newBuilder()
                  .setError(
                      SubscriptionError.newBuilder()
                          .setError(dev.aether.v1.ReplayError.newBuilder().setPosition(5))
                          .setCursor("c5"))
                  .build());
          caller.onNext(
              SubscribeResponse.newBuilder()
                  .setNamespaceDeleted(NamespaceDeleted.newBuilder().setNamespace("gone"))
                  .build());
          caller.onNext(
              SubscribeResponse.newBuilder()
                  .setBroadcast(
                      Broadcast.newBuilder()
                          .setNamespace("shop")
                          .setEvent(dev.aether.v1.NewEvent.newBuilder().setEventType("Ping")))
                  .build());
          caller.onNext(SubscribeResponse.getDefaultInstance());
          caller.onError(error(Status.Code.INVALID_ARGUMENT, "CURSOR_UNKNOWN", Map.of()));
        });
    Journal journal = new Journal();

    Subscription subscription = client.subscribe(LIVE, journal);

    assertInstanceOf(
        CursorUnknownException.class,
        assertThrows(ExecutionException.class, () -> subscription.ended().get(20, TimeUnit.SECONDS))
            .getCause());
    assertEquals(
        List.of(
            "started n1 c0",
            "caught up c0",
            "commit 1",
            "commit 2",
            "commit 3",
            "cursor c3",
            "heartbeat c4",
            "corrupt 5 c5",
            "deleted gone",
            "broadcast shop Ping",
            "error CURSOR_UNKNOWN"),
        journal.lines());
    assertEquals(Cursor.of("c5"), subscription.cursor());
  }

  @Test
  void optionsAreSentAsTheContractSays() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      // Left open: a subscription that ends is resumed, and its request would arrive twice.
      server.subscriptions.add((request, caller) -> caller.onNext(started("c0")));
    }
    client.subscribe(
        SubscribeOptions.builder(SubscriptionStart.after(Cursor.of("c9")))
            .namespacePattern("tenants.*")
            .eventType("A")
            .eventType("B")
            .actorPattern("order.>")
            .storedOnly(true)
            .includeBroadcasts(true)
            .reportCorrupt(true)
            .build(),
        new Journal());
    SubscribeRequest request = server.received(SubscribeRequest.class);
    assertEquals("tenants.*", request.getNamespacePattern());
    assertEquals("c9", request.getCursor());
    assertEquals(List.of("A", "B"), request.getFilter().getEventTypesList());
    assertEquals("order.>", request.getFilter().getActorPattern());
    assertEquals(Detail.DETAIL_STORED_ONLY, request.getDetail());
    assertTrue(request.getIncludeBroadcasts());
    assertTrue(request.getReportCorrupt());

    client.subscribe(
        SubscribeOptions.builder(SubscriptionStart.beginning()).build(), new Journal());
    SubscribeRequest plain = server.received(SubscribeRequest.class);
    assertEquals("shop", plain.getNamespacePattern());
    assertTrue(plain.hasBeginning());
    assertEquals(Detail.DETAIL_FULL, plain.getDetail());

    client.subscribe(LIVE, new Journal());
    assertTrue(server.received(SubscribeRequest.class).hasLive());
  }

  @Test
  void aCursorIsExposedOnlyWhenTheCallbackBeforeItHasReturned() throws Exception {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("c0"));
          caller.onNext(commits("c1", 1));
          caller.onNext(heartbeat("c2"));
        });
    CompletableFuture<Subscription> self = new CompletableFuture<>();
    CountDownLatch beyond = new CountDownLatch(1);
    AtomicReference<Object> during = new AtomicReference<>();
    self.complete(
        client.subscribe(
            LIVE,
            new Journal() {
              @Override
              public void onCommit(Commit commit) {
                during.set(self.join().cursor());
              }

              @Override
              public void onHeartbeat(Cursor cursor) {
                beyond.countDown();
              }
            }));

    assertTrue(beyond.await(20, TimeUnit.SECONDS));
    assertEquals(Cursor.of("c0"), during.get());
  }

  @Test
  void aListenerThatBlocksHoldsBackTheServerAndThenGetsEverything() throws Exception {
    AtomicInteger sent = new AtomicInteger();
    server.subscriptions.add(
        (request, caller) ->
            caller.setOnReadyHandler(
                () -> {
                  while (caller.isReady() && sent.get() < LARGE_FRAMES) {
                    caller.onNext(largeFrame(sent.incrementAndGet()));
                  }
                }));
    Semaphore permits = new Semaphore(1);
    CountDownLatch all = new CountDownLatch(LARGE_FRAMES);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    Subscription subscription =
        client.subscribe(
            LIVE,
            new Journal() {
              @Override
              public void onCommit(Commit commit) {
                if (inside.incrementAndGet() != 1) {
                  overlaps.incrementAndGet();
                }
                permits.acquireUninterruptibly();
                inside.decrementAndGet();
                all.countDown();
              }
            });
    int before;
    do {
      before = sent.get();
      TimeUnit.MILLISECONDS.sleep(300);
    } while (sent.get() != before || before == 0);
    assertTrue(sent.get() < LARGE_FRAMES / 2, sent + " frames sent to a listener that blocks");

    permits.release(LARGE_FRAMES);

    assertTrue(all.await(20, TimeUnit.SECONDS), () -> "missing " + all.getCount());
    assertEquals(0, overlaps.get());
    subscription.close();
  }

  @Test
  void closingFromACallbackEndsTheSubscriptionAndTheCall() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    server.subscriptions.add(
        (request, caller) -> {
          caller.setOnCancelHandler(cancelled::countDown);
          caller.onNext(started("c0"));
          caller.onNext(commits("c2", 1, 2));
          caller.onNext(commits("c3", 3));
        });
    CompletableFuture<Subscription> self = new CompletableFuture<>();
    Journal journal =
        new Journal() {
          @Override
          public void onCommit(Commit commit) {
            super.onCommit(commit);
            self.join().close();
            self.join().close();
          }
        };
    Subscription subscription = client.subscribe(LIVE, journal);
    self.complete(subscription);

    assertNull(subscription.ended().get(20, TimeUnit.SECONDS));
    assertTrue(cancelled.await(20, TimeUnit.SECONDS));
    assertEquals(
        List.of("started n1 c0", "commit 1", "commit 2", "cursor c2", "closed"), journal.lines());
  }

  @Test
  void onlyTheEndIsReportedAfterACallbackThatClosesTheSubscription() throws Exception {
    assertEquals(
        List.of("state Connected", "state Ended", "closed"), linesIfClosedAt("state Connected"));
    assertEquals(
        List.of("state CaughtUp", "state Ended", "closed"),
        endOf(linesIfClosedAt("state CaughtUp")));
    assertEquals(
        List.of("commit 1", "cursor c1", "state Ended", "closed"),
        linesIfClosedAt("commit 1").subList(4, 8));
    assertEquals(
        List.of("heartbeat c1", "state Ended", "closed"), endOf(linesIfClosedAt("heartbeat c1")));
  }

  private static List<String> endOf(List<String> lines) {
    return lines.subList(lines.size() - 3, lines.size());
  }

  /** What a listener records that closes its subscription when it has recorded a certain line. */
  private List<String> linesIfClosedAt(String line) throws Exception {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("c0"));
          caller.onNext(caughtUp("c0"));
          if (line.startsWith("commit")) {
            caller.onNext(commits("c1", 1));
          }
          caller.onNext(heartbeat("c1"));
          caller.onNext(heartbeat("c2"));
        });
    CompletableFuture<Subscription> self = new CompletableFuture<>();
    Journal journal =
        new Journal() {
          @Override
          public void onState(SubscriptionState state) {
            lines().add("state " + state.getClass().getSimpleName());
            closeAt();
          }

          @Override
          public void onCommit(Commit commit) {
            super.onCommit(commit);
            closeAt();
          }

          @Override
          public void onHeartbeat(Cursor cursor) {
            super.onHeartbeat(cursor);
            closeAt();
          }

          private void closeAt() {
            if (lines().get(lines().size() - 1).equals(line)) {
              self.join().close();
            }
          }
        };
    self.complete(client.subscribe(LIVE, journal));
    assertNull(self.join().ended().get(20, TimeUnit.SECONDS));
    return journal.lines();
  }

  @Test
  void aSubscriptionThatEndsWithItsClientIsClosedAndNotGivenUp() throws Exception {
    server.subscriptions.add((request, caller) -> caller.onNext(started("c0")));
    CountDownLatch began = new CountDownLatch(1);
    Journal journal =
        new Journal() {
          @Override
          public void onStarted(String nodeId, Cursor cursor) {
            super.onStarted(nodeId, cursor);
            began.countDown();
          }
        };
    Subscription subscription = client.subscribe(LIVE, journal);
    assertTrue(began.await(20, TimeUnit.SECONDS));

    client.close();

    assertNull(subscription.ended().get(20, TimeUnit.SECONDS));
    assertEquals(List.of("started n1 c0", "closed"), journal.lines());
  }

  @Test
  void aListenerThatThrowsEndsTheSubscriptionWithWhatItThrew() {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("c0"));
          caller.onNext(commits("c1", 1));
          caller.onNext(commits("c2", 2));
        });
    RuntimeException thrown = new IllegalStateException("the projection is broken");
    Journal journal =
        new Journal() {
          @Override
          public void onCommit(Commit commit) {
            throw thrown;
          }
        };

    Subscription subscription = client.subscribe(LIVE, journal);
    Throwable e =
        assertThrows(ExecutionException.class, () -> subscription.ended().get(20, TimeUnit.SECONDS))
            .getCause();

    assertInstanceOf(AetherException.class, e);
    assertSame(thrown, e == null ? null : e.getCause());
    assertEquals(Cursor.of("c0"), subscription.cursor());
    assertEquals(List.of("started n1 c0", "error CANCELLED"), journal.lines());
  }

  @Test
  void aSubscriptionEndsEvenIfItsLastCallbackThrowsAnError() throws Exception {
    server.subscriptions.add((request, caller) -> caller.onNext(started("c0")));
    Subscription subscription =
        client.subscribe(
            LIVE,
            new Journal() {
              @Override
              public void onClosed() {
                throw new NoClassDefFoundError("a part of the application is missing");
              }
            });

    subscription.close();

    assertNull(subscription.ended().get(20, TimeUnit.SECONDS));
  }

  /** gRPC delivers the end of a call only after frames that nobody has requested. */
  @Test
  void aListenerThatThrowsIsToldSoThoughTheConnectionDiedWithFramesUnread() {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("c0"));
          caller.onNext(commits("c1", 1));
          caller.onNext(commits("c2", 2));
        });
    CallSettings soon = CallSettings.defaults().withDeadline(Duration.ofMillis(500));
    Journal journal =
        new Journal() {
          @Override
          public void onCommit(Commit commit) {
            server.stop();
            assertThrows(
                ServerUnreachableException.class, () -> client.latestVersion("order-1", soon));
            throw new IllegalStateException("the projection is broken");
          }
        };

    Subscription subscription = client.subscribe(LIVE, journal);

    assertThrows(ExecutionException.class, () -> subscription.ended().get(20, TimeUnit.SECONDS));
    assertEquals(List.of("started n1 c0", "error CANCELLED"), journal.lines());
  }

  @Test
  void aBrokenConnectionEndsASubscriptionThatIsNotToResume() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    server.subscriptions.add((request, caller) -> caller.onNext(started("c0")));
    Subscription subscription =
        client.subscribe(
            LIVE_ONCE,
            new Journal() {
              @Override
              public void onStarted(String nodeId, Cursor cursor) {
                begun.countDown();
              }
            });
    assertTrue(begun.await(20, TimeUnit.SECONDS));
    assertFalse(subscription.ended().isDone());

    server.stop();

    assertInstanceOf(
        ServerUnreachableException.class,
        assertThrows(ExecutionException.class, () -> subscription.ended().get(20, TimeUnit.SECONDS))
            .getCause());
    assertEquals(Cursor.of("c0"), subscription.cursor());
  }

  @Test
  void noticesOfStoredEventsComeWithTheirCursor() throws Exception {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(
              SubscribeResponse.newBuilder()
                  .setEvents(
                      SubscriptionEvents.newBuilder()
                          .addStored(dev.aether.v1.EventStored.newBuilder().setVersion(7))
                          .setCursor("c1"))
                  .build());
          caller.onCompleted();
        });
    Journal journal = new Journal();

    Subscription subscription = client.subscribe(LIVE_ONCE, journal);

    assertThrows(ExecutionException.class, () -> subscription.ended().get(20, TimeUnit.SECONDS));
    assertEquals(List.of("stored 7", "cursor c1", "error UNREACHABLE"), journal.lines());
  }

  @Test
  void aPublisherOfSignalsSaysTheSame() throws InterruptedException {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started("c0"));
          caller.onNext(commits("c2", 1, 2));
          caller.onNext(heartbeat("c2"));
        });
    Recorder<SubscriptionSignal> recorder = new Recorder<>();
    client.async().subscribe(LIVE).subscribe(recorder);

    recorder.request(3);
    recorder.awaitItems(3);
    assertEquals(3, recorder.items().size());
    recorder.request(2);
    recorder.awaitItems(5);
    recorder.cancel();

    assertEquals(
        List.of("Started", "Committed", "Committed", "CursorMoved", "Heartbeat"),
        recorder.items().stream().map(signal -> signal.getClass().getSimpleName()).toList());
  }

  private static SubscribeResponse started(String cursor) {
    return SubscribeResponse.newBuilder()
        .setStarted(SubscriptionStarted.newBuilder().setNodeId("n1").setCursor(cursor))
        .build();
  }

  private static SubscribeResponse caughtUp(String cursor) {
    return SubscribeResponse.newBuilder()
        .setCaughtUp(SubscriptionCaughtUp.newBuilder().setCursor(cursor))
        .build();
  }

  private static SubscribeResponse heartbeat(String cursor) {
    return SubscribeResponse.newBuilder()
        .setHeartbeat(SubscriptionHeartbeat.newBuilder().setCursor(cursor))
        .build();
  }

  private static SubscribeResponse commits(String cursor, long... positions) {
    SubscriptionEvents.Builder events = SubscriptionEvents.newBuilder().setCursor(cursor);
    for (long position : positions) {
      events.addCommits(CommitAt.newBuilder().setPosition(position));
    }
    return SubscribeResponse.newBuilder().setEvents(events).build();
  }

  private static SubscribeResponse largeFrame(long position) {
    return SubscribeResponse.newBuilder()
        .setEvents(
            SubscriptionEvents.newBuilder()
                .addCommits(
                    CommitAt.newBuilder()
                        .setPosition(position)
                        .setCommit(
                            dev.aether.v1.Commit.newBuilder()
                                .addEvents(
                                    dev.aether.v1.Event.newBuilder()
                                        .setData(
                                            ByteString.copyFrom(new byte[LARGE_FRAME_BYTES]))))))
        .build();
  }
}
