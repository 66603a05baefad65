package dev.aether.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Empty;
import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.ConflictCounts;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.limits.AdmissionControl;
import dev.aether.server.grpc.limits.ConnectionUsage;
import dev.aether.server.grpc.limits.NodeLimits;
import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.measure.Traces;
import dev.aether.server.metrics.Metrics;
import dev.aether.server.security.ClientLimits;
import dev.aether.server.testing.Await;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The order and the limits of a stream of saves. The store answers when the test says so: a real
 * one does not answer two saves of an actor in the wrong order at will.
 */
class SaveStreamCallTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  private final Timers timers = new Timers();
  private final HeldStore store = new HeldStore();
  private final Metrics metrics = new Metrics();
  private final EventStoreService service =
      new EventStoreService(
          store,
          new EventDefaults(InstantSource.system()),
          new ConflictCounts(),
          metrics.measures(),
          Traces.NONE);
  private final Server server = serve();
  private final ManagedChannel channel =
      ManagedChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  private final List<SaveEventsStreamResponse> answers =
      Collections.synchronizedList(new ArrayList<>());
  private final CompletableFuture<String> end = new CompletableFuture<>();
  private @Nullable ClientCallStreamObserver<SaveEventsRequest> call;

  private Server serve() {
    try {
      return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
          .directExecutor()
          .addTransportFilter(
              ConnectionUsage.each(new NodeLimits(Runtime.getRuntime().maxMemory()), 0))
          .intercept(new AdmissionControl(ClientLimits.DEFAULT, new DeadlineScheduler(timers)))
          .addService(service)
          .build()
          .start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void end() {
    channel.shutdownNow();
    server.shutdownNow();
    timers.close();
    metrics.close();
  }

  private ClientCallStreamObserver<SaveEventsRequest> open(boolean reading) {
    var unused =
        EventStoreGrpc.newStub(channel)
            .saveEventsStream(
                new ClientResponseObserver<SaveEventsRequest, SaveEventsStreamResponse>() {
                  @Override
                  public void beforeStart(ClientCallStreamObserver<SaveEventsRequest> begun) {
                    call = begun;
                    if (!reading) {
                      begun.disableAutoRequestWithInitial(0);
                    }
                  }

                  @Override
                  public void onNext(SaveEventsStreamResponse answer) {
                    answers.add(answer);
                  }

                  @Override
                  public void onError(Throwable thrown) {
                    end.complete(String.valueOf(thrown.getMessage()));
                  }

                  @Override
                  public void onCompleted() {
                    end.complete("completed");
                  }
                });
    ClientCallStreamObserver<SaveEventsRequest> begun = call;
    if (begun == null) {
      throw new AssertionError("not begun");
    }
    return begun;
  }

  private static SaveEventsRequest save(String actor, String commitId) {
    return SaveEventsRequest.newBuilder()
        .setActorId(actor)
        .setCommitId(commitId)
        .setAnyVersion(Empty.getDefaultInstance())
        .addEvents(NewEvent.newBuilder().setEventType("E"))
        .build();
  }

  private void awaitHeld(int count) {
    Await.until(count + " saves", BOUND, () -> store.held.size() == count);
  }

  private void awaitAnswers(List<String> commitIds) {
    Await.until(
        "the answers " + commitIds,
        BOUND,
        () ->
            List.copyOf(answers).stream()
                .map(SaveEventsStreamResponse::getCommitId)
                .toList()
                .equals(commitIds));
  }

  @Test
  void answersForOneActorStayInOrderAndOtherActorsDoNotWait() {
    var requests = open(true);
    requests.onNext(save("x", "x1"));
    requests.onNext(save("x", "x2"));
    requests.onNext(save("x", "x3"));
    requests.onNext(save("y", "y1"));
    awaitHeld(4);
    store.answer(2);
    store.answer(1);
    store.answer(3);
    awaitAnswers(List.of("y1"));
    store.answer(0);
    awaitAnswers(List.of("y1", "x1", "x2", "x3"));
  }

  @Test
  void theCommitIdOfAnUnansweredRequestIsRefusedInOrder() {
    var requests = open(true);
    requests.onNext(save("x", "same"));
    requests.onNext(save("x", "same"));
    requests.onNext(save("x", "other"));
    awaitHeld(2);
    store.answer(1);
    store.answer(0);
    awaitAnswers(List.of("same", "same", "other"));
    assertTrue(answers.get(0).hasSaved() && answers.get(2).hasSaved());
    assertTrue(answers.get(1).getFailed().getMessage().contains("commit_id"));
  }

  @Test
  void requestsThatAreRefusedBeforeTheyReachTheStoreAreCountedAsSaves() {
    var requests = open(true);
    requests.onNext(save("x", "same"));
    requests.onNext(save("x", "same"));
    requests.onNext(save("y", ""));
    requests.onNext(save("", "no-actor"));
    awaitAnswers(List.of("", "no-actor"));
    assertEquals(3, refused("INVALID_REQUEST"));
    store.answer(0);
    awaitAnswers(List.of("", "no-actor", "same", "same"));
  }

  private int refused(String reason) {
    String sample = "aether_saves_total{outcome=\"refused\",reason=\"" + reason + "\"} ";
    return metrics
        .text()
        .lines()
        .filter(line -> line.startsWith(sample))
        .map(line -> Double.valueOf(line.substring(sample.length())).intValue())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void unansweredRequestsAreLimited() {
    var requests = open(true);
    for (int i = 0; i < 2 * ConnectionUsage.STREAMED_SAVES; i++) {
      requests.onNext(save("x" + i, "c" + i));
    }
    awaitHeld(ConnectionUsage.STREAMED_SAVES);
    for (int i = 0; i < ConnectionUsage.STREAMED_SAVES; i++) {
      assertEquals(ConnectionUsage.STREAMED_SAVES + i, store.held.size());
      store.answer(i);
      awaitHeld(ConnectionUsage.STREAMED_SAVES + i + 1);
    }
  }

  @Test
  void noRequestsAreReadFromAClientThatReadsNoAnswers() {
    var requests = open(false);
    for (int i = 0; i < 100_000; i++) {
      requests.onNext(
          save("x" + i, "a-long-commit-id-so-that-buffers-on-the-way-are-full-soon-" + i));
    }
    int answered = 0;
    long quietSince = System.nanoTime();
    while (System.nanoTime() - quietSince < Duration.ofSeconds(1).toNanos()) {
      for (; answered < store.held.size(); answered++) {
        store.answer(answered);
        quietSince = System.nanoTime();
      }
    }
    assertTrue(answered < 90_000, answered + " were read from a client that reads no answers");
    requests.request(Integer.MAX_VALUE);
    while (answers.size() < 100_000 && System.nanoTime() - quietSince < BOUND.toNanos()) {
      for (; answered < store.held.size(); answered++) {
        store.answer(answered);
        quietSince = System.nanoTime();
      }
    }
    assertEquals(100_000, answers.size());
  }

  @Test
  void aServerThatShutsDownAnswersWhatItHasReadAndThenClosesTheCall() {
    var requests = open(true);
    requests.onNext(save("x", "x1"));
    awaitHeld(1);
    service.close();
    store.answer(0);
    awaitAnswers(List.of("x1"));
    assertTrue(end.join().contains("shutting down"), end.join());
  }

  @Test
  void theCallStaysOpenUntilAllRequestsAreAnswered() {
    var requests = open(true);
    requests.onNext(save("x", "x1"));
    requests.onCompleted();
    awaitHeld(1);
    store.answer(0);
    assertEquals("completed", end.join());
    awaitAnswers(List.of("x1"));
  }

  @Test
  void afterASaveThatMayYetBeStoredTheActorsLaterSavesAreRefusedAndTheCallEndsSoon() {
    var requests = open(true);
    requests.onNext(save("x", "x1"));
    requests.onNext(save("y", "y1"));
    awaitHeld(2);
    store.fail(0, StoreException.storeUnavailable("in this test"));
    awaitAnswers(List.of("x1"));
    // Without a pause, since the call soon accepts no more requests.
    requests.onNext(save("x", "x2"));
    requests.onNext(save("x", "x3"));
    awaitAnswers(List.of("x1", "x2", "x3"));
    answers.forEach(answer -> assertTrue(answer.hasFailed(), answer::toString));
    assertEquals(2, store.held.size(), "a later save was passed to the store");
    assertEquals(3, refused("STORE_UNAVAILABLE"));
    store.answer(1);
    awaitAnswers(List.of("x1", "x2", "x3", "y1"));
    assertTrue(answers.get(3).hasSaved(), "saves of other actors are not concerned");
    assertTrue(end.join().contains("UNAVAILABLE"), end.join());
  }

  @Test
  void afterAConflictTheActorsLaterSavesContinue() {
    var requests = open(true);
    requests.onNext(save("x", "x1"));
    requests.onNext(save("x", "x2"));
    awaitHeld(2);
    store.fail(0, StoreException.VersionConflict.missing(new ActorId("x")));
    store.answer(1);
    awaitAnswers(List.of("x1", "x2"));
    assertTrue(answers.get(1).hasSaved());
    requests.onNext(save("x", "x3"));
    awaitHeld(3);
    requests.onCompleted();
    store.answer(2);
    assertEquals("completed", end.join());
  }

  @Test
  void ofACallThatIsCutNoSaveMayBeginAnyMore() {
    var requests = open(true);
    requests.onNext(save("x", "x1"));
    requests.onNext(save("x", "x2"));
    requests.onNext(save("y", "y1"));
    awaitHeld(3);
    store.saves.forEach(save -> assertFalse(save.order().isBroken()));
    requests.cancel("cut", null);
    Await.until(
        "all to be called off",
        BOUND,
        () -> store.saves.stream().allMatch(save -> save.order().isBroken()));
  }
}
