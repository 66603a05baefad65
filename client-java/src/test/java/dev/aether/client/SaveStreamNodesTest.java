package dev.aether.client;

import static dev.aether.client.ScriptedServer.answer;
import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.stored;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.ScriptedServer.Answer;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Save streams of a client that knows two nodes, of which the one that it uses fails saves. */
@Timeout(60)
final class SaveStreamNodesTest {
  private static final StatusRuntimeException STORE_UNAVAILABLE =
      error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of());
  private static final StatusRuntimeException SHUTTING_DOWN =
      error(Status.Code.UNAVAILABLE, "SHUTTING_DOWN", Map.of());
  private static final StatusRuntimeException STORE_FULL =
      error(Status.Code.RESOURCE_EXHAUSTED, "STORE_FULL", Map.of());

  private final ScriptedServer one = new ScriptedServer();
  private final ScriptedServer two = new ScriptedServer();
  private final AetherClient client = builder().build();

  /** The node that got the first save. */
  private final AtomicReference<ScriptedServer> used = new AtomicReference<>();

  private AetherClientBuilder builder() {
    return AetherClient.builder().endpoints(List.of(one.endpoint(), two.endpoint()));
  }

  @AfterEach
  void close() {
    client.close();
    one.close();
    two.close();
  }

  /** Gives each node a stream on which the used one answers so, and the other one stores. */
  private void usedNodeAnswers(Answer<SaveEventsRequest, SaveEventsStreamResponse> answer) {
    for (ScriptedServer each : List.of(one, two)) {
      each.saveStreams.add(
          (request, caller) -> {
            used.compareAndSet(null, each);
            if (used.get() == each) {
              answer.to(request, caller);
            } else {
              caller.onNext(stored(request));
            }
          });
    }
  }

  private ScriptedServer other() {
    return used.get() == one ? two : one;
  }

  @Test
  void aNodeThatCannotReachItsStoreIsLeftByTheNextSave() throws Exception {
    usedNodeAnswers((request, caller) -> fail(caller, request.getCommitId(), STORE_UNAVAILABLE));
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      assertInstanceOf(StoreUnavailableException.class, failureOf(stream.save(save("a", 1))));
      assertEquals(2, result(stream.save(save("b", 2))).position());
    }
    assertEquals("c2", other().received(SaveEventsRequest.class).getCommitId());
  }

  @Test
  void aSaveThatWaitsForTheNextNodeIsSentThoughNothingMayBeRepeated() throws Exception {
    usedNodeAnswers((request, caller) -> fail(caller, request.getCommitId(), STORE_UNAVAILABLE));
    try (AetherClient once = builder().repeats(RepeatOptions.never()).build();
        SaveStream stream = once.saveStream(SaveStreamOptions.defaults())) {
      assertInstanceOf(StoreUnavailableException.class, failureOf(stream.save(save("a", 1))));
      assertEquals(2, result(stream.save(save("b", 2))).position());
    }
  }

  @Test
  void whatAStoppingNodeRefusesFailsWhereNothingMayBeRepeated() throws Exception {
    usedNodeAnswers((request, caller) -> fail(caller, request.getCommitId(), SHUTTING_DOWN));
    try (AetherClient once = builder().repeats(RepeatOptions.never()).build();
        SaveStream stream = once.saveStream(SaveStreamOptions.defaults())) {
      StoreUnavailableException e =
          assertInstanceOf(StoreUnavailableException.class, failureOf(stream.save(save("a", 1))));
      assertEquals(Reason.SHUTTING_DOWN, e.reason());
      assertEquals(2, result(stream.save(save("b", 2))).position());
    }
  }

  @Test
  void aNodeThatAnswersSoOnlyAfterTheDeadlineIsLeftToo() throws Exception {
    for (int i = 0; i < 50; i++) {
      for (ScriptedServer each : List.of(one, two)) {
        each.latest.add(answer(GetLatestVersionResponse.getDefaultInstance()));
      }
    }
    long unused = client.latestVersion("connect");
    usedNodeAnswers(
        (request, caller) -> {
          if (request.getCommitId().equals("c2")) {
            fail(caller, "c1", STORE_UNAVAILABLE);
            caller.onNext(stored(request));
          } else if (request.getCommitId().equals("c3")) {
            fail(caller, "c3", STORE_FULL);
          }
        });
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      SaveCommand late = command("a", 1).deadline(Duration.ofSeconds(1)).build();
      assertInstanceOf(OutcomeUnknownException.class, failureOf(stream.save(late)));
      assertEquals(2, result(stream.save(save("b", 2))).position());
      assertEquals(3, result(stream.save(save("c", 3))).position());
    }
    assertEquals("c3", other().received(SaveEventsRequest.class).getCommitId());
  }

  @Test
  void aFullNamespaceIsNoReasonToLeaveTheNode() throws Exception {
    usedNodeAnswers(
        (request, caller) -> {
          if (request.getCommitId().equals("c2")) {
            fail(caller, "c1", STORE_FULL);
            fail(caller, "c2", STORE_UNAVAILABLE);
            caller.onError(STORE_UNAVAILABLE);
          }
        });
    usedNodeAnswers((request, caller) -> caller.onNext(stored(request)));
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      CompletableFuture<Saved> full = stream.save(save("a", 1));
      CompletableFuture<Saved> behind = stream.save(save("a", 2));
      assertInstanceOf(StoreFullException.class, failureOf(full));
      assertInstanceOf(StoreUnavailableException.class, failureOf(behind));
      assertEquals(3, result(stream.save(save("b", 3))).position());
    }
    assertTrue(other().requests.isEmpty());
  }

  @Test
  void whatAStoppingNodeRefusesGoesToAnotherNodeWithTheActorsLaterSaves() throws Exception {
    usedNodeAnswers(
        (request, caller) -> {
          if (request.getCommitId().equals("c2")) {
            fail(caller, "c1", SHUTTING_DOWN);
            fail(caller, "c2", STORE_UNAVAILABLE);
          }
        });
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      CompletableFuture<Saved> first = stream.save(save("a", 1));
      CompletableFuture<Saved> second = stream.save(save("a", 2));
      assertEquals(1, result(first).position());
      assertEquals(2, result(second).position());
    }
    for (String commitId : List.of("c1", "c2")) {
      SaveEventsRequest moved = other().received(SaveEventsRequest.class);
      assertEquals(commitId, moved.getCommitId());
      assertFalse(moved.getRetry());
    }
  }

  /** The used node fails the first of two saves, and ends its stream so when it gets no more. */
  private void usedNodeFailsTheFirstAndEnds(
      Consumer<StreamObserver<SaveEventsStreamResponse>> end) {
    usedNodeAnswers(
        (request, caller) -> {
          if (request.getCommitId().equals("c2")) {
            fail(caller, "c1", STORE_UNAVAILABLE);
          }
        });
    for (ScriptedServer each : List.of(one, two)) {
      each.endOfSaveStream =
          caller -> {
            if (used.get() == each) {
              end.accept(caller);
            } else {
              caller.onCompleted();
            }
          };
    }
  }

  @Test
  void aSaveThatWaitsForTheNextNodeDoesNotOvertakeAnEarlierOneOfItsActorThatFails()
      throws Exception {
    usedNodeFailsTheFirstAndEnds(
        caller -> {
          fail(caller, "c2", STORE_UNAVAILABLE);
          caller.onCompleted();
        });
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      CompletableFuture<Saved> first = stream.save(save("a", 1));
      CompletableFuture<Saved> earlier = stream.save(save("b", 2));
      assertInstanceOf(StoreUnavailableException.class, failureOf(first));
      CompletableFuture<Saved> waiting = stream.save(save("b", 3));
      assertInstanceOf(StoreUnavailableException.class, failureOf(earlier));
      assertInstanceOf(StoreUnavailableException.class, failureOf(waiting));
    }
    assertTrue(other().requests.isEmpty());
  }

  @Test
  void aCallThatIsLeftMayEndWithTheFailureOfTheNodeThoughNothingMayBeRepeated() throws Exception {
    usedNodeFailsTheFirstAndEnds(
        caller -> {
          caller.onNext(stored(SaveEventsRequest.newBuilder().setCommitId("c2").build()));
          caller.onError(STORE_UNAVAILABLE);
        });
    try (AetherClient once = builder().repeats(RepeatOptions.never()).build();
        SaveStream stream = once.saveStream(SaveStreamOptions.defaults())) {
      CompletableFuture<Saved> first = stream.save(save("a", 1));
      CompletableFuture<Saved> owed = stream.save(save("b", 2));
      assertInstanceOf(StoreUnavailableException.class, failureOf(first));
      CompletableFuture<Saved> waiting = stream.save(save("c", 3));
      assertEquals(2, result(owed).position());
      assertEquals(3, result(waiting).position());
    }
  }

  @Test
  void whatAnInterceptorThrowsEndsTheSavesOfAStreamAndLeavesNoneBehind() {
    usedNodeAnswers((request, caller) -> caller.onError(Status.UNAVAILABLE.asException()));
    try (AetherClient intercepted = one.client().configureChannel(InterceptsOnce::addTo).build();
        SaveStream stream = intercepted.saveStream(SaveStreamOptions.defaults())) {
      assertInstanceOf(OutcomeUnknownException.class, failureOf(stream.save(save("a", 1))));
      for (int i = 0; i < 2; i++) {
        assertThrows(IllegalStateException.class, () -> stream.save(save("b", 2)));
      }
    }
  }

  private static SaveCommand save(String actor, int n) {
    return command(actor, n).build();
  }

  private static SaveCommand.Builder command(String actor, int n) {
    return SaveCommand.builder(actor, ExpectedVersion.any())
        .event(NewEvent.json("Counted", "{}"))
        .commitId("c" + n);
  }

  private static void fail(
      StreamObserver<SaveEventsStreamResponse> caller,
      String commitId,
      StatusRuntimeException why) {
    caller.onNext(ScriptedServer.failed(commitId, why));
  }

  private static Saved result(CompletableFuture<Saved> save) throws Exception {
    return save.get(20, TimeUnit.SECONDS);
  }

  private static Throwable failureOf(CompletableFuture<?> future) {
    return Objects.requireNonNull(
        assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS)).getCause());
  }
}
