package dev.aether.client;

import static dev.aether.client.ScriptedServer.answer;
import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.ScriptedServer.Answer;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Saves that callers wait for one by one, and of which several are in progress. */
@Timeout(60)
final class ConcurrentSavesTest {
  /** So many are calls of their own. */
  private static final int CALLS = 3;

  private static final Answer<SaveEventsRequest, SaveEventsStreamResponse> STORES =
      (request, caller) ->
          caller.onNext(outcome(request).setSaved(SaveEventsResponse.getDefaultInstance()).build());

  private final ScriptedServer server = new ScriptedServer();
  private final AetherClient client = server.client().build();
  private final List<CompletableFuture<Saved>> held = new ArrayList<>();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  /** Starts as many saves as are calls of their own, which get no answer. */
  private void hold() throws InterruptedException {
    for (int i = 0; i < CALLS; i++) {
      server.saves.add(silence());
      held.add(save("held" + i));
      assertEquals("held" + i, server.received(SaveEventsRequest.class).getCommitId());
    }
    assertTrue(server.saves.isEmpty(), "each is a call of its own");
  }

  private CompletableFuture<Saved> save(String commitId) {
    return save(commitId, "{}", Duration.ofSeconds(20));
  }

  private CompletableFuture<Saved> save(String commitId, String json, Duration deadline) {
    return client.async().save(command(commitId, json, deadline));
  }

  private static SaveCommand command(String commitId, String json, Duration deadline) {
    return SaveCommand.builder(commitId, ExpectedVersion.any())
        .commitId(commitId)
        .event(NewEvent.json("Happened", json))
        .deadline(deadline)
        .build();
  }

  private static SaveEventsStreamResponse.Builder outcome(SaveEventsRequest request) {
    return SaveEventsStreamResponse.newBuilder().setCommitId(request.getCommitId());
  }

  private static Answer<SaveEventsRequest, SaveEventsStreamResponse> fails(
      StatusRuntimeException error) {
    return (request, caller) -> caller.onNext(ScriptedServer.failed(request.getCommitId(), error));
  }

  private static Saved result(CompletableFuture<Saved> save) throws Exception {
    return save.get(20, TimeUnit.SECONDS);
  }

  @Test
  void severalShareAStream() throws Exception {
    hold();
    server.saveStreams.add(STORES);
    List<CompletableFuture<Saved>> saves = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      saves.add(save("c" + i));
    }
    for (int i = 0; i < 20; i++) {
      assertEquals("c" + i, result(saves.get(i)).commitId());
      assertFalse(server.received(SaveEventsRequest.class).getRetry());
    }
    assertTrue(server.saveStreams.isEmpty());
  }

  @Test
  void theStreamEndsWhenNothingIsInProgressOnItAndAnotherBegins() throws Exception {
    hold();
    server.saveStreams.add(STORES);
    Saved unused = result(save("c1"));
    while (server.endedSaveStreams.get() == 0) {
      Thread.onSpinWait();
    }
    server.saveStreams.add(STORES);
    // The end of the first may not have come to the client yet; then this is a call of its own.
    server.saves.add(answer(SaveEventsResponse.getDefaultInstance()));
    unused = result(save("c2"));
    server.saves.add(answer(SaveEventsResponse.getDefaultInstance()));
    unused = result(save("c3"));
  }

  @Test
  void whatTheStreamRefusesForTheMomentIsRepeatedAsACall() throws Exception {
    hold();
    server.saveStreams.add(fails(error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of())));
    server.saves.add(answer(SaveEventsResponse.newBuilder().setLastVersion(7).build()));
    assertEquals(7, result(save("c1")).lastVersion());
    assertFalse(server.received(SaveEventsRequest.class).getRetry());
    assertEquals("c1", server.received(SaveEventsRequest.class).getCommitId());
  }

  @Test
  void anUnknownOutcomeIsRepeatedAsACallThatSaysSo() throws Exception {
    hold();
    server.saveStreams.add(fails(error(Status.Code.UNKNOWN, "OUTCOME_UNKNOWN", Map.of())));
    server.saves.add(answer(SaveEventsResponse.newBuilder().setLastVersion(7).build()));
    assertEquals(7, result(save("c1")).lastVersion());
    assertFalse(server.received(SaveEventsRequest.class).getRetry());
    assertTrue(server.received(SaveEventsRequest.class).getRetry());
  }

  @Test
  void aConflictIsTheAnswer() throws Exception {
    hold();
    server.saveStreams.add(
        fails(
            error(
                Status.Code.ABORTED,
                "VERSION_CONFLICT",
                Map.of("actor_id", "a", "current_version", "7"))));
    CompletableFuture<Saved> save = save("c1");
    ExecutionException thrown =
        assertThrows(ExecutionException.class, () -> save.get(20, TimeUnit.SECONDS));
    assertEquals(
        7, assertInstanceOf(VersionConflictException.class, thrown.getCause()).currentVersion());
  }

  @Test
  void aSecondSaveWithTheSameCommitIdIsACallOfItsOwn() throws Exception {
    hold();
    server.saveStreams.add((request, caller) -> {});
    CompletableFuture<Saved> first = save("same");
    assertEquals("same", server.received(SaveEventsRequest.class).getCommitId());
    server.saves.add(answer(SaveEventsResponse.newBuilder().setLastVersion(7).build()));
    assertEquals(7, result(save("same")).lastVersion());
    assertFalse(first.isDone());
  }

  @Test
  void aLargeSaveAndOneWithAShortDeadlineAreCallsOfTheirOwn() throws Exception {
    hold();
    server.saves.add(answer(SaveEventsResponse.newBuilder().setLastVersion(7).build()));
    String large = '"' + "x".repeat(70_000) + '"';
    assertEquals(7, result(save("large", large, Duration.ofSeconds(20))).lastVersion());
    server.saves.add(answer(SaveEventsResponse.newBuilder().setLastVersion(8).build()));
    assertEquals(8, result(save("short", "{}", Duration.ofMillis(900))).lastVersion());
  }

  @Test
  void afterTheNodeWasLeftForAnotherNewSavesDoNotUseItsStream() throws Exception {
    try (ScriptedServer other = new ScriptedServer();
        AetherClient both =
            AetherClient.builder()
                .endpoints(List.of(server.endpoint(), other.endpoint()))
                .build()) {
      for (ScriptedServer each : List.of(server, other)) {
        for (int i = 0; i < 2 * CALLS; i++) {
          each.saves.add(silence());
        }
        each.saveStreams.add((request, caller) -> {});
      }
      for (int i = 0; i <= CALLS; i++) {
        held.add(both.async().save("a" + i, ExpectedVersion.any(), NewEvent.json("E", "{}")));
      }
      List<ScriptedServer> used = new ArrayList<>();
      while (used.isEmpty()) {
        for (ScriptedServer each : List.of(server, other)) {
          if (each.requests.size() == CALLS + 1) {
            used.add(each);
          }
        }
      }
      ScriptedServer next = used.get(0) == server ? other : server;
      used.get(0)
          .latest
          .add(ScriptedServer.fail(error(Status.Code.UNAVAILABLE, "SHUTTING_DOWN", Map.of())));
      next.latest.add(answer(GetLatestVersionResponse.newBuilder().setVersion(1).build()));
      // The first node says that it is stopping; this call's repeat goes to the other one.
      assertEquals(1, both.latestVersion("a"));
      next.requests.clear();
      held.add(both.async().save("b", ExpectedVersion.any(), NewEvent.json("E", "{}")));
      assertEquals("b", next.received(SaveEventsRequest.class).getActorId());
    }
  }

  @Test
  void whereStreamsBreakWithoutAnAnswerSavesAreCallsOfTheirOwn() throws Exception {
    hold();
    for (int i = 0; i < 100; i++) {
      server.saveStreams.add((request, caller) -> caller.onError(Status.UNAVAILABLE.asException()));
    }
    server.saves.add(answer(SaveEventsResponse.newBuilder().setLastVersion(7).build()));
    assertEquals(7, result(save("c1")).lastVersion());
    assertFalse(server.received(SaveEventsRequest.class).getRetry());
    assertTrue(server.received(SaveEventsRequest.class).getRetry());
    server.saves.add(answer(SaveEventsResponse.newBuilder().setLastVersion(8).build()));
    assertEquals(8, result(save("c2")).lastVersion());
    assertEquals(99, server.saveStreams.size());
  }

  @Test
  void whereStreamsAnswerNothingSavesAreCallsOfTheirOwn() throws Exception {
    try (AetherClient impatient = server.client().attemptTimeout(Duration.ofSeconds(1)).build()) {
      server.connect(impatient);
      for (int i = 0; i < 100; i++) {
        server.saveStreams.add((request, caller) -> {});
      }
      for (int i = 0; i < CALLS; i++) {
        server.saves.add(silence());
        held.add(impatient.async().save(command("held" + i, "{}", Duration.ofSeconds(20))));
      }
      CompletableFuture<Saved> save =
          impatient.async().save(command("c1", "{}", Duration.ofSeconds(20)));
      while (server.requests.size() <= CALLS) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 100; i++) {
        server.saves.add(answer(SaveEventsResponse.newBuilder().setLastVersion(7).build()));
      }
      assertEquals(7, result(save).lastVersion());
      assertTrue(server.saveStreams.size() < 100);
    }
  }

  @Test
  void aStreamThatBreaksAfterItHasAnsweredIsFollowedByAnother() throws Exception {
    hold();
    server.saveStreams.add(
        (request, caller) -> {
          if (request.getCommitId().equals("c1")) {
            STORES.to(request, caller);
          } else {
            caller.onError(Status.UNAVAILABLE.asException());
          }
        });
    Saved unused = result(save("c1"));
    server.saves.add(answer(SaveEventsResponse.newBuilder().setLastVersion(7).build()));
    assertEquals(7, result(save("c2")).lastVersion());
    server.saveStreams.add(STORES);
    assertEquals("c3", result(save("c3")).commitId());
    assertTrue(server.saveStreams.isEmpty());
  }

  @Test
  void aRestartOfTheNodeIsNoticedNeitherBySavesNorByTheStream() throws Exception {
    hold();
    int port = server.port();
    server.stop();
    // After this call the client knows that its connection is lost.
    assertThrows(
        AetherException.class,
        () ->
            client.latestVersion(
                "a", CallSettings.defaults().withDeadline(Duration.ofMillis(500))));
    CompletableFuture<Saved> meanwhile = save("c1");
    try (ScriptedServer again = new ScriptedServer(port)) {
      again.saveStreams.add(STORES);
      for (int i = 0; i < 100; i++) {
        again.saves.add(
            (request, caller) -> {
              if (!request.getCommitId().startsWith("held")) {
                caller.onNext(SaveEventsResponse.getDefaultInstance());
                caller.onCompleted();
              }
            });
      }
      assertEquals("c1", result(meanwhile).commitId());
      assertEquals("c2", result(save("c2")).commitId());
      assertTrue(again.saveStreams.isEmpty());
    }
  }

  @Test
  void whereStreamsAreRefusedSavesAreCallsOfTheirOwn() throws Exception {
    hold();
    // No stream is in the script, so the server refuses it with INVALID_ARGUMENT.
    for (int i = 0; i < 5; i++) {
      server.saves.add(answer(SaveEventsResponse.newBuilder().setLastVersion(7).build()));
      assertEquals(7, result(save("c" + i)).lastVersion());
    }
  }
}
