package dev.aether.client;

import static dev.aether.client.ScriptedServer.stored;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.ScriptedServer.Answer;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SaveStreamTest {
  private static final Answer<SaveEventsRequest, SaveEventsStreamResponse> STORES =
      (request, caller) -> caller.onNext(stored(request));

  private static final Answer<SaveEventsRequest, SaveEventsStreamResponse> SILENT =
      (request, caller) -> {};

  private final ScriptedServer server = new ScriptedServer();
  private final AetherClient client = server.client().build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void savesGoOverOneStreamAndEachGetsItsAnswer() throws Exception {
    server.saveStreams.add(STORES);
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      List<CompletableFuture<Saved>> saves = new ArrayList<>();
      for (int i = 1; i <= 100; i++) {
        saves.add(stream.save(save("a" + i % 3, i)));
      }
      for (int i = 1; i <= 100; i++) {
        Saved saved = saves.get(i - 1).get(20, TimeUnit.SECONDS);
        assertEquals("c" + i, saved.commitId());
        assertEquals(i, saved.position());
      }
      assertEquals(0, stream.unanswered());
    }
    for (int i = 1; i <= 100; i++) {
      assertEquals("c" + i, server.received(SaveEventsRequest.class).getCommitId());
    }
  }

  @Test
  void aFailedSaveEndsOnlyItself() throws Exception {
    server.saveStreams.add(
        (request, caller) ->
            caller.onNext(
                request.getCommitId().equals("c2")
                    ? failed(
                        request,
                        ScriptedServer.error(
                            Status.Code.ABORTED,
                            "VERSION_CONFLICT",
                            Map.of("actor_id", "a", "current_version", "7")))
                    : stored(request)));
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      CompletableFuture<Saved> first = stream.save(save("a", 1));
      CompletableFuture<Saved> second = stream.save(save("a", 2));
      CompletableFuture<Saved> third = stream.save(save("a", 3));

      assertEquals(1, first.get(20, TimeUnit.SECONDS).position());
      VersionConflictException conflict =
          assertInstanceOf(VersionConflictException.class, failureOf(second));
      assertEquals(7, conflict.currentVersion());
      assertEquals(3, third.get(20, TimeUnit.SECONDS).position());
    }
  }

  @Test
  void whatWasNotAnsweredIsSentAgainInOrderBeforeAnythingNewWhenTheStreamBreaks() throws Exception {
    server.saveStreams.add(
        (request, caller) -> {
          if (request.getCommitId().equals("c1")) {
            caller.onNext(stored(request));
          } else if (request.getCommitId().equals("c4")) {
            caller.onError(Status.UNAVAILABLE.asException());
          }
        });
    server.saveStreams.add(STORES);
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      List<CompletableFuture<Saved>> saves = new ArrayList<>();
      for (int i = 1; i <= 4; i++) {
        saves.add(stream.save(save("a", i)));
      }
      for (int i = 1; i <= 4; i++) {
        server.received(SaveEventsRequest.class);
      }
      saves.add(stream.save(save("a", 5)));
      for (CompletableFuture<Saved> save : saves) {
        save.get(20, TimeUnit.SECONDS);
      }
    }
    List<String> again = new ArrayList<>();
    server.requests.forEach(
        message -> {
          SaveEventsRequest request = (SaveEventsRequest) message;
          again.add(request.getCommitId() + " " + request.getRetry());
        });
    // The fifth may have been sent to the stream that was breaking; the server may see that at any
    // time, and then sees the fifth a second time.
    if (again.contains("c5 true")) {
      again.remove("c5 false");
    }
    assertEquals(List.of("c2 true", "c3 true", "c4 true"), again.subList(0, 3));
    assertTrue(again.get(3).startsWith("c5 "), again::toString);
    assertEquals(4, again.size());
  }

  @Test
  void aStoppingNodeIsLeftAndWhatItRefusesGoesToAnother() throws Exception {
    try (ScriptedServer other = new ScriptedServer();
        AetherClient both =
            AetherClient.builder()
                .endpoints(List.of(server.endpoint(), other.endpoint()))
                .build()) {
      // The node that stores the first save stops after it. The other one never does: it alone sees
      // the third save if the second was refused before.
      AtomicReference<ScriptedServer> stopping = new AtomicReference<>();
      for (ScriptedServer each : List.of(server, other)) {
        each.saveStreams.add(
            (request, caller) -> {
              boolean refuses = !stopping.compareAndSet(null, each) && stopping.get() == each;
              caller.onNext(
                  refuses
                      ? failed(request, error(Status.Code.UNAVAILABLE, "SHUTTING_DOWN"))
                      : stored(request));
            });
      }
      try (SaveStream stream = both.saveStream(SaveStreamOptions.defaults())) {
        stream.save(save("a", 1)).get(20, TimeUnit.SECONDS);
        CompletableFuture<Saved> second = stream.save(save("a", 2));
        CompletableFuture<Saved> third = stream.save(save("a", 3));

        assertEquals(2, second.get(20, TimeUnit.SECONDS).position());
        assertEquals(3, third.get(20, TimeUnit.SECONDS).position());
      }
      assertFalse(server.requests.isEmpty());
      assertFalse(other.requests.isEmpty());
    }
  }

  @Test
  void aSaveWithoutAnAnswerIsUnknownAtItsDeadlineAndGivesItsRoomBack() throws Exception {
    server.connect(client);
    server.saveStreams.add(SILENT);
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults().withMaxUnanswered(1))) {
      CompletableFuture<Saved> late =
          stream.save(builder("a", 1).deadline(Duration.ofSeconds(1)).build());

      OutcomeUnknownException e = assertInstanceOf(OutcomeUnknownException.class, failureOf(late));
      assertEquals("c1", e.commitId());
      assertEquals(0, stream.unanswered());
      // Its answer may still arrive; until then its id would be ambiguous on this stream.
      assertThrows(IllegalArgumentException.class, () -> stream.save(save("a", 1)));
    }
  }

  @Test
  void aSaveThatWasNeverSentIsNotUnknown() throws Exception {
    server.stop();
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      CompletableFuture<Saved> save =
          stream.save(builder("a", 1).deadline(Duration.ofMillis(300)).build());

      assertInstanceOf(ServerUnreachableException.class, failureOf(save));
    }
  }

  /** The port accepts connections in the backlog and never speaks HTTP/2: gRPC keeps connecting. */
  @Test
  void aSaveWhoseDeadlinePassesWhileTheStreamIsConnectingWasNeverSent() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        AetherClient connecting = AetherClient.connect("127.0.0.1:" + silent.getLocalPort());
        SaveStream stream = connecting.saveStream(SaveStreamOptions.defaults())) {
      CompletableFuture<Saved> save =
          stream.save(builder("a", 1).deadline(Duration.ofMillis(300)).build());

      assertInstanceOf(ServerUnreachableException.class, failureOf(save));
    }
  }

  @Test
  void aServerThatStopsAnsweringIsGivenUpAndWhatItOwesIsSentAgain() throws Exception {
    server.saveStreams.add(SILENT);
    for (int i = 0; i < 10; i++) {
      // A slow machine may take longer than the limit for the first of these, too.
      server.saveStreams.add(STORES);
    }
    try (AetherClient impatient = server.client().attemptTimeout(Duration.ofSeconds(1)).build();
        SaveStream stream = impatient.saveStream(SaveStreamOptions.defaults())) {
      server.connect(impatient);
      assertEquals(1, stream.save(save("a", 1)).get(20, TimeUnit.SECONDS).position());
    }
    assertFalse(server.received(SaveEventsRequest.class).getRetry());
    assertTrue(server.received(SaveEventsRequest.class).getRetry());
  }

  @Test
  void whatIsSentAgainAsksForNoMissedEvents() throws Exception {
    server.saveStreams.add((request, caller) -> caller.onError(Status.UNAVAILABLE.asException()));
    server.saveStreams.add(STORES);
    SaveCommand command = builder("a", 1).maxMissedEvents(64).build();
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      Saved unused = stream.save(command).get(20, TimeUnit.SECONDS);
    }
    assertEquals(64, server.received(SaveEventsRequest.class).getMaxMissedEvents());
    assertEquals(0, server.received(SaveEventsRequest.class).getMaxMissedEvents());
  }

  @Test
  void aRefusalAfterAnUnansweredAttemptLeavesTheOutcomeUnknown() throws Exception {
    server.saveStreams.add((request, caller) -> caller.onError(Status.UNAVAILABLE.asException()));
    server.saveStreams.add(
        (request, caller) ->
            caller.onNext(failed(request, error(Status.Code.RESOURCE_EXHAUSTED, "STORE_FULL"))));
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      assertInstanceOf(OutcomeUnknownException.class, failureOf(stream.save(save("a", 1))));
    }
  }

  @Test
  void whatWasSentBehindASaveThatMayYetBeStoredIsNotSentAgainWhenTheStreamBreaks()
      throws Exception {
    server.saveStreams.add(
        (request, caller) -> {
          if (request.getCommitId().equals("c4")) {
            caller.onNext(
                ScriptedServer.failed("c1", error(Status.Code.UNAVAILABLE, "OUTCOME_UNKNOWN")));
            caller.onNext(
                ScriptedServer.failed("c2", error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE")));
            caller.onError(Status.UNAVAILABLE.asException());
          }
        });
    server.saveStreams.add(STORES);
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      CompletableFuture<Saved> unknown = stream.save(save("a", 1));
      CompletableFuture<Saved> refused = stream.save(save("a", 2));
      CompletableFuture<Saved> unanswered = stream.save(save("a", 3));
      CompletableFuture<Saved> ofAnother = stream.save(save("b", 4));

      assertInstanceOf(OutcomeUnknownException.class, failureOf(unknown));
      assertInstanceOf(StoreUnavailableException.class, failureOf(refused));
      assertInstanceOf(StoreUnavailableException.class, failureOf(unanswered));
      assertEquals(4, ofAnother.get(20, TimeUnit.SECONDS).position());
      assertEquals(5, stream.save(save("a", 5)).get(20, TimeUnit.SECONDS).position());
    }
  }

  @Test
  void whatMayBeStoredAlreadyIsUnknownIfItIsNotSentAgain() throws Exception {
    server.saveStreams.add(
        (request, caller) -> {
          if (request.getCommitId().equals("c2")) {
            caller.onError(Status.UNAVAILABLE.asException());
          }
        });
    server.saveStreams.add(
        (request, caller) -> {
          if (request.getCommitId().equals("c2")) {
            caller.onNext(
                ScriptedServer.failed("c1", error(Status.Code.UNAVAILABLE, "OUTCOME_UNKNOWN")));
            caller.onError(Status.UNAVAILABLE.asException());
          }
        });
    server.saveStreams.add(STORES);
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      CompletableFuture<Saved> unknown = stream.save(save("a", 1));
      CompletableFuture<Saved> behind = stream.save(save("a", 2));

      assertInstanceOf(OutcomeUnknownException.class, failureOf(unknown));
      assertInstanceOf(OutcomeUnknownException.class, failureOf(behind));
    }
  }

  @Test
  void whatWasSentBehindASaveThatExpectedAVersionIsSentAgain() throws Exception {
    server.saveStreams.add(
        (request, caller) -> {
          if (request.getCommitId().equals("c2")) {
            caller.onNext(
                ScriptedServer.failed("c1", error(Status.Code.UNAVAILABLE, "OUTCOME_UNKNOWN")));
            caller.onError(Status.UNAVAILABLE.asException());
          }
        });
    server.saveStreams.add(STORES);
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      CompletableFuture<Saved> unknown =
          stream.save(
              SaveCommand.builder("a", ExpectedVersion.exactly(7))
                  .event(NewEvent.json("Counted", "{}"))
                  .commitId("c1")
                  .build());
      CompletableFuture<Saved> behind = stream.save(save("a", 2));

      assertInstanceOf(OutcomeUnknownException.class, failureOf(unknown));
      assertEquals(2, behind.get(20, TimeUnit.SECONDS).position());
    }
  }

  @Test
  void aFullStreamMakesSavesWaitOrSaysSo() throws Exception {
    CompletableFuture<Runnable> release = new CompletableFuture<>();
    server.saveStreams.add(
        (request, caller) -> {
          if (request.getCommitId().equals("c1")) {
            release.complete(() -> caller.onNext(stored(request)));
          } else if (!request.getCommitId().equals("c2")) {
            caller.onNext(stored(request));
          }
        });
    SaveStream stream = client.saveStream(SaveStreamOptions.defaults().withMaxUnanswered(2));
    assertTrue(stream.room().isDone());
    stream.save(save("a", 1));
    stream.save(save("b", 2));

    assertEquals(Optional.empty(), stream.trySave(save("c", 3)));
    CompletableFuture<?> room = stream.room();
    assertFalse(room.isDone());
    CompletableFuture<CompletableFuture<Saved>> blocked =
        CompletableFuture.supplyAsync(() -> stream.save(save("c", 4)));
    assertThrows(TimeoutException.class, () -> blocked.get(200, TimeUnit.MILLISECONDS));

    release.get(20, TimeUnit.SECONDS).run();

    room.get(20, TimeUnit.SECONDS);
    assertEquals(4, blocked.get(20, TimeUnit.SECONDS).get(20, TimeUnit.SECONDS).position());
    assertTrue(stream.trySave(save("c", 5)).isPresent());
  }

  @Test
  void bytesOnTheirWayAreBoundedButALargeSaveGoesAlone() throws Exception {
    server.saveStreams.add(SILENT);
    SaveStream stream =
        client.saveStream(SaveStreamOptions.defaults().withMaxUnansweredBytes(1000));
    NewEvent large = NewEvent.builder("Large").data(new byte[10_000]).build();

    assertTrue(
        stream
            .trySave(SaveCommand.builder("a", ExpectedVersion.any()).event(large).build())
            .isPresent());
    assertTrue(stream.trySave(save("a", 1)).isEmpty());
  }

  @Test
  void thereIsNoRoomWhileALargeSaveWouldHaveNone() {
    server.saveStreams.add(SILENT);
    SaveStream stream =
        client.saveStream(SaveStreamOptions.defaults().withMaxUnansweredBytes(1000));
    stream.save(save("a", 1));

    assertTrue(stream.trySave(save("b", 2)).isPresent());
    assertFalse(stream.room().isDone());
  }

  @Test
  void twoUnansweredSavesCannotHaveOneName() {
    server.saveStreams.add(SILENT);
    SaveStream stream = client.saveStream(SaveStreamOptions.defaults());
    stream.save(save("a", 1));

    assertThrows(IllegalArgumentException.class, () -> stream.save(save("b", 1)));
  }

  @Test
  void closingWaitsForAnswersAndThenGivesUp() throws Exception {
    server.saveStreams.add(
        (request, caller) -> {
          if (request.getCommitId().equals("c1")) {
            CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS)
                .execute(() -> caller.onNext(stored(request)));
          }
        });
    SaveStream stream =
        client.saveStream(SaveStreamOptions.defaults().withDrainWithin(Duration.ofSeconds(2)));
    CompletableFuture<Saved> answered = stream.save(save("a", 1));
    CompletableFuture<Saved> never = stream.save(save("a", 2));
    server.received(SaveEventsRequest.class);
    server.received(SaveEventsRequest.class);

    stream.close();

    assertEquals(1, answered.getNow(null).position());
    assertInstanceOf(OutcomeUnknownException.class, failureOf(never));
    assertThrows(IllegalStateException.class, () -> stream.save(save("a", 3)));
    stream.close();
  }

  @Test
  void closingTheClientEndsWhatIsOnItsWay() throws Exception {
    server.saveStreams.add(SILENT);
    SaveStream stream = client.saveStream(SaveStreamOptions.defaults());
    CompletableFuture<Saved> save = stream.save(save("a", 1));
    server.received(SaveEventsRequest.class);

    client.close();

    assertInstanceOf(OutcomeUnknownException.class, failureOf(save));
    assertThrows(IllegalStateException.class, () -> stream.save(save("a", 2)));
  }

  @Test
  void aServerWithoutTheCallHasStoredNothing() throws Exception {
    server.saveStreams.add((request, caller) -> caller.onError(Status.UNIMPLEMENTED.asException()));
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      AetherException e =
          assertInstanceOf(AetherException.class, failureOf(stream.save(save("a", 1))));
      assertEquals(Reason.UNKNOWN, e.reason());
    }
  }

  @Test
  void anIdleStreamThatBrokeIsOpenedAgainByTheNextSave() throws Exception {
    server.saveStreams.add(
        (request, caller) -> {
          caller.onNext(stored(request));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.saveStreams.add(STORES);
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      assertEquals(1, stream.save(save("a", 1)).get(20, TimeUnit.SECONDS).position());
      assertEquals(2, stream.save(save("a", 2)).get(20, TimeUnit.SECONDS).position());
    }
  }

  private static SaveCommand save(String actor, int n) {
    return builder(actor, n).build();
  }

  private static SaveCommand.Builder builder(String actor, int n) {
    return SaveCommand.builder(actor, ExpectedVersion.any())
        .event(NewEvent.json("Counted", "{}"))
        .commitId("c" + n);
  }

  private static StatusRuntimeException error(Status.Code code, String reason) {
    return ScriptedServer.error(code, reason, Map.of());
  }

  private static SaveEventsStreamResponse failed(
      SaveEventsRequest request, StatusRuntimeException why) {
    return ScriptedServer.failed(request.getCommitId(), why);
  }

  private static Throwable failureOf(CompletableFuture<?> future) {
    return Objects.requireNonNull(
        assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS)).getCause());
  }
}
