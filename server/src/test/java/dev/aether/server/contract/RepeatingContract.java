package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Empty;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** SaveEvents again with a commit id that was there before. */
abstract class RepeatingContract extends Contract {
  private static final Metadata.Key<String> PREVIOUS_ATTEMPTS =
      Metadata.Key.of("grpc-previous-rpc-attempts", Metadata.ASCII_STRING_MARSHALLER);

  RepeatingContract(Fixture fixture) {
    super(fixture);
  }

  private static void assertReplay(SaveEventsResponse first, SaveEventsResponse again) {
    assertTrue(again.getReplayed());
    assertEquals(first.toBuilder().setReplayed(true).build(), again);
  }

  private SaveEventsRequest existing(String commitId) {
    return Requests.save(namespace, actor, 1)
        .setCommitId(commitId)
        .setExistingActor(Empty.getDefaultInstance())
        .build();
  }

  @Test
  void theSameSaveGetsTheFirstAnswerAgainOnEveryNode() {
    SaveEventsRequest request = Requests.save(namespace, actor, 3).setExpectedVersion(0).build();
    SaveEventsResponse first = a.save(request);

    assertFalse(first.getReplayed());
    assertReplay(first, a.save(request));
    assertReplay(first, b.save(request));
    assertReplay(first, b.save(request.toBuilder().setRetry(true)));
    assertEquals(3, a.latest(namespace, actor));
  }

  @Test
  void theSameSaveIsRecognisedHoweverFarTheActorWentOn() {
    saveOneByOne(2);
    SaveEventsRequest request = Requests.save(namespace, actor, 2).setExpectedVersion(2).build();
    SaveEventsResponse first = a.save(request);
    saveOneByOne(30);

    assertReplay(first, b.save(request));
    assertReplay(first, a.save(request));
    assertEquals(34, a.latest(namespace, actor));
  }

  @Test
  void theSameCommitIdWithOtherContentIsRefused() {
    SaveEventsRequest request = Requests.saveAt(namespace, actor, 0).setCommitId("mine").build();
    a.save(request);
    saveOneByOne(2);
    for (SaveEventsRequest other :
        List.of(
            request.toBuilder().addEvents(Requests.event("More")).build(),
            request.toBuilder().setEvents(0, Requests.event("Other")).build(),
            request.toBuilder()
                .setEvents(0, request.getEvents(0).toBuilder().putMetadata("k", "v"))
                .build())) {
      for (Node node : List.of(a, b)) {
        Refusal refusal = Refusal.of(() -> node.save(other));
        assertEquals(Status.Code.FAILED_PRECONDITION, refusal.code());
        assertEquals("COMMIT_ID_REUSED", refusal.reason());
        assertEquals("mine", refusal.metadata().get("commit_id"));
      }
    }
    assertEquals(3, a.latest(namespace, actor));
  }

  @Test
  void theOrderOfMetadataKeysIsNotContent() {
    NewEvent event = Requests.event("E");
    SaveEventsRequest.Builder request =
        Requests.save(namespace, actor, 0).setExpectedVersion(0).setCommitId("ordered");
    SaveEventsResponse first =
        a.save(
            request
                .clone()
                .addEvents(event.toBuilder().putMetadata("a", "1").putMetadata("b", "2")));
    assertReplay(
        first,
        b.save(
            request
                .clone()
                .addEvents(event.toBuilder().putMetadata("b", "2").putMetadata("a", "1"))));
  }

  @Test
  void aCommitIdIsItsActorsAndItsNamespacesOwn() {
    String otherNamespace = Requests.unique("contract");
    SaveEventsRequest request = Requests.saveAt(namespace, actor, 0).setCommitId("shared").build();
    a.save(request);

    assertFalse(a.save(request.toBuilder().setActorId(actor + "2")).getReplayed());
    assertFalse(b.save(request.toBuilder().setNamespace(otherNamespace)).getReplayed());
    assertEquals(1, a.latest(namespace, actor + "2"));
    assertEquals(1, a.latest(otherNamespace, actor));
  }

  @Test
  void theSameCommitIdWithAnotherExpectationIsAnotherSave() {
    SaveEventsRequest exactly = Requests.saveAt(namespace, actor, 0).setCommitId("id").build();
    SaveEventsRequest any =
        exactly.toBuilder().setAnyVersion(Empty.getDefaultInstance()).setRetry(true).build();
    SaveEventsRequest later = exactly.toBuilder().setExpectedVersion(2).build();

    assertEquals(1, a.save(exactly).getFirstVersion());
    assertEquals(2, a.save(any).getFirstVersion());
    assertEquals(3, b.save(later).getFirstVersion());
    assertEquals(
        4,
        b.save(exactly.toBuilder().setExistingActor(Empty.getDefaultInstance()).setRetry(true))
            .getFirstVersion());
    assertEquals(1, b.save(exactly).getFirstVersion());
    assertEquals(2, b.save(any).getFirstVersion());
    assertEquals(3, a.save(later).getFirstVersion());
    assertEquals(4, a.latest(namespace, actor));
  }

  @Test
  void aRetryAtAnyVersionIsRecognisedOnEveryNode() {
    saveOneByOne(2);
    SaveEventsRequest request = Requests.saveAny(namespace, actor).build();
    SaveEventsResponse first = a.save(request);
    saveOneByOne(20);

    assertReplay(first, a.save(request.toBuilder().setRetry(true)));
    assertReplay(first, b.save(request.toBuilder().setRetry(true)));
    assertEquals(23, a.latest(namespace, actor));
  }

  @Test
  void aRetryAtAnyVersionThatIsTheFirstToArriveIsSaved() {
    saveOneByOne(2);
    SaveEventsResponse saved = b.save(Requests.saveAny(namespace, actor).setRetry(true));
    assertFalse(saved.getReplayed());
    assertEquals(3, saved.getFirstVersion());
  }

  @Test
  void aRetryAtAnyVersionWithOtherContentIsRefused() {
    SaveEventsRequest request = Requests.saveAny(namespace, actor).setRetry(true).build();
    a.save(request);
    saveOneByOne(1);
    Refusal refusal =
        Refusal.of(() -> b.save(request.toBuilder().addEvents(Requests.event("More"))));
    assertEquals("COMMIT_ID_REUSED", refusal.reason());
  }

  @Test
  void aRetryOfAnExistingActorIsRecognised() {
    saveOneByOne(1);
    SaveEventsResponse first = a.save(existing("again"));
    saveOneByOne(1);
    assertReplay(first, b.save(existing("again").toBuilder().setRetry(true)));
  }

  @Test
  void aRetryIsRecognisedByGrpcsOwnHeaderToo() {
    SaveEventsRequest request = Requests.saveAny(namespace, actor).build();
    SaveEventsResponse first = a.save(request);
    saveOneByOne(3);

    Metadata headers = new Metadata();
    headers.put(PREVIOUS_ATTEMPTS, "1");
    EventStoreGrpc.EventStoreBlockingStub resending =
        b.store().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    assertReplay(first, resending.saveEvents(request));
  }

  @Test
  void aRetryAtAnyVersionIsRecognisedAmongTheLatestThousandCommits() {
    SaveEventsRequest request = Requests.saveAny(namespace, actor).setRetry(true).build();
    SaveEventsResponse first = a.save(request);
    saveOneByOne(999);
    assertReplay(first, b.save(request));
  }

  /** The request without retry is the first sending, which was held up on its way. */
  @Test
  void aFirstSendingThatComesAfterItsRepeatIsRecognisedOnEveryNode() {
    for (Node late : List.of(a, b)) {
      for (Node repeated : List.of(a, b)) {
        for (int later : new int[] {0, 1, 2, 30}) {
          String id = Requests.unique("actor");
          late.save(Requests.saveAny(namespace, id));
          repeated.save(Requests.saveAny(namespace, id));
          SaveEventsRequest any = Requests.saveAny(namespace, id).build();
          SaveEventsRequest existing =
              Requests.save(namespace, id, 2).setExistingActor(Empty.getDefaultInstance()).build();
          SaveEventsResponse first = repeated.save(any.toBuilder().setRetry(true));
          SaveEventsResponse second = repeated.save(existing.toBuilder().setRetry(true));
          for (int i = 0; i < later; i++) {
            // By turns, so that the node of the late one knows the end of the history.
            (i % 2 == 0 ? late : repeated).save(Requests.saveAny(namespace, id));
          }
          assertReplay(first, late.save(any));
          assertReplay(second, late.save(existing));
          assertEquals(5 + later, late.latest(namespace, id));
        }
      }
    }
  }

  @Test
  void aFirstSendingThatComesLateIsRecognisedThoughTheActorHasManyMoreCommitsByThen() {
    a.save(Requests.saveAny(namespace, actor));
    SaveEventsRequest request = Requests.saveAny(namespace, actor).build();
    SaveEventsResponse first = b.save(request.toBuilder().setRetry(true));
    SaveStreamer.answers(b, manyAtAnyVersion(1500))
        .forEach(answer -> assertTrue(answer.hasSaved(), answer::toString));

    assertReplay(first, a.save(request));
    assertReplay(first, b.save(request));
    assertEquals(1502, a.latest(namespace, actor));
  }

  private List<SaveEventsRequest> manyAtAnyVersion(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Requests.saveAny(namespace, actor).build())
        .toList();
  }

  @Test
  void aFirstSendingThatComesLateWithOtherContentIsRefused() {
    a.save(Requests.saveAny(namespace, actor));
    SaveEventsRequest request = Requests.saveAny(namespace, actor).build();
    b.save(request.toBuilder().setRetry(true));
    a.save(Requests.saveAny(namespace, actor));
    Refusal refusal =
        Refusal.of(() -> a.save(request.toBuilder().addEvents(Requests.event("More"))));
    assertEquals("COMMIT_ID_REUSED", refusal.reason());
  }

  @Test
  void ofEqualSavesAtOnceOneIsTheFirstAndTheOthersAreReplayed() {
    for (int round = 0; round < 5; round++) {
      String id = actor + round;
      assertOneFirst(Requests.save(namespace, id, 2).setExpectedVersion(0).build());
      assertOneFirst(
          Requests.save(namespace, id, 2).setAnyVersion(Empty.getDefaultInstance()).build());
      assertEquals(4, a.latest(namespace, id));
    }
  }

  private void assertOneFirst(SaveEventsRequest request) {
    List<SaveEventsResponse> answers = AtOnce.results(16, i -> (i % 2 == 0 ? a : b).save(request));
    assertEquals(1, answers.stream().filter(answer -> !answer.getReplayed()).count());
    assertEquals(1, answers.stream().map(SaveEventsResponse::getFirstVersion).distinct().count());
    assertEquals(1, answers.stream().map(SaveEventsResponse::getPosition).distinct().count());
  }

  @Test
  void aSaveWithoutCommitIdIsNeverARepeat() {
    SaveEventsRequest request = Requests.saveAt(namespace, actor, 0).setCommitId("").build();
    a.save(request);
    assertEquals(1, Refusal.of(() -> a.save(request)).conflict().getCurrentVersion());
    assertEquals(1, Refusal.of(() -> b.save(request)).conflict().getCurrentVersion());
  }
}
