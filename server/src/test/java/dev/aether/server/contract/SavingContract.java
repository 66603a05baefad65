package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Empty;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.Sync;
import dev.aether.v1.VersionConflict;
import io.grpc.Status;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** SaveEvents: versions, expectations and conflicts. */
abstract class SavingContract extends Contract {
  SavingContract(Fixture fixture) {
    super(fixture);
  }

  @Test
  void eventsGetVersionsFromOneOnWithoutGaps() {
    SaveEventsResponse first = a.save(Requests.save(namespace, actor, 3).setExpectedVersion(0));
    SaveEventsResponse second = b.save(Requests.save(namespace, actor, 2).setExpectedVersion(3));

    assertEquals(1, first.getFirstVersion());
    assertEquals(3, first.getLastVersion());
    assertEquals(4, second.getFirstVersion());
    assertEquals(5, second.getLastVersion());
    assertFalse(first.getReplayed());
    assertEquals(versions(1, 5), versions(a.events(namespace, actor)));
  }

  @Test
  void positionsRiseInsideANamespace() {
    long first = a.save(Requests.saveAt(namespace, actor, 0)).getPosition();
    long second = b.save(Requests.saveAt(namespace, actor + "2", 0)).getPosition();
    assertTrue(0 < first && first < second, first + " and " + second);
  }

  @Test
  void anAnswerSaysHowSafelyItIsStored() {
    SaveEventsResponse saved = a.save(Requests.saveAt(namespace, actor, 0));
    assertEquals(fixture.replicas(), saved.getDurability().getReplicas());
    Sync sync = fixture.kind() == Fixture.Kind.MEMORY ? Sync.SYNC_MEMORY : Sync.SYNC_UNSPECIFIED;
    assertEquals(sync, saved.getDurability().getSync());
  }

  @Test
  void aStaleExpectationIsATypedConflictOnEveryNode() {
    saveOneByOne(3);
    for (Node node : new Node[] {a, b}) {
      Refusal refusal = Refusal.of(() -> node.save(Requests.saveAt(namespace, actor, 1)));

      assertEquals(Status.Code.ABORTED, refusal.code());
      assertEquals(
          "version conflict: actor \"" + actor + "\" is at version 3, cannot save version 2",
          refusal.message());
      assertEquals("VERSION_CONFLICT", refusal.reason());
      assertEquals(
          Map.of("actor_id", actor, "current_version", "3", "attempted_version", "2"),
          refusal.metadata());
      assertEquals(
          VersionConflict.newBuilder()
              .setActorId(actor)
              .setCurrentVersion(3)
              .setAttemptedVersion(2)
              .build(),
          refusal.conflict());
    }
    assertEquals(3, a.latest(namespace, actor));
  }

  @Test
  void anExpectationFarAheadIsAConflictWithTheCurrentVersion() {
    saveOneByOne(2);
    VersionConflict conflict =
        Refusal.of(() -> b.save(Requests.saveAt(namespace, actor, 1_000_000))).conflict();
    assertEquals(2, conflict.getCurrentVersion());
    assertEquals(1_000_001, conflict.getAttemptedVersion());
  }

  @Test
  void expectationsBeyondTheSignedRangeAreConflictsWithTheirUnsignedNumbers() {
    saveOneByOne(1);
    for (long expected : new long[] {Long.MAX_VALUE - 1, Long.MAX_VALUE, Long.MIN_VALUE, -2}) {
      Refusal refusal = Refusal.of(() -> a.save(Requests.saveAt(namespace, actor, expected)));
      assertEquals(1, refusal.conflict().getCurrentVersion());
      assertEquals(expected + 1, refusal.conflict().getAttemptedVersion());
      assertEquals(
          Long.toUnsignedString(expected + 1), refusal.metadata().get("attempted_version"));
    }
  }

  @Test
  void theLargestExpectationLeavesNoVersionAndIsInvalid() {
    Refusal refusal = Refusal.of(() -> a.save(Requests.saveAt(namespace, actor, -1)));
    assertTrue(refusal.badFields().contains("expected_version"));
  }

  @Test
  void aConflictOnAnActorNobodyWroteHasCurrentZero() {
    VersionConflict conflict =
        Refusal.of(() -> a.save(Requests.saveAt(namespace, actor, 7))).conflict();
    assertEquals(0, conflict.getCurrentVersion());
    assertEquals(8, conflict.getAttemptedVersion());
  }

  @Test
  void aConflictsMessageQuotesTheActorAsJsonDoes() {
    String odd = "say \"hi\" \\ é😀";
    a.save(Requests.saveAt(namespace, odd, 0));
    Refusal refusal = Refusal.of(() -> a.save(Requests.saveAt(namespace, odd, 0)));
    assertEquals(
        "version conflict: actor \"say \\\"hi\\\" \\\\ é😀\" is at version 1, cannot save version 1",
        refusal.message());
    assertEquals(odd, refusal.conflict().getActorId());
    assertEquals(odd, refusal.metadata().get("actor_id"));
  }

  @Test
  void aConflictWithTheLongestActorIdKeepsItsDetailsSmall() {
    String longest = "😀".repeat(64);
    a.save(Requests.saveAt(namespace, longest, 0));
    Refusal refusal = Refusal.of(() -> a.save(Requests.saveAt(namespace, longest, 0)));
    assertEquals(longest, refusal.conflict().getActorId());
  }

  @Test
  void anyVersionAppendsWhereverTheActorStands() {
    assertEquals(1, a.save(Requests.saveAny(namespace, actor)).getFirstVersion());
    assertEquals(2, b.save(Requests.saveAny(namespace, actor)).getFirstVersion());
    assertEquals(3, a.save(Requests.saveAny(namespace, actor)).getFirstVersion());
    assertEquals(4, b.save(Requests.saveAt(namespace, actor, 3)).getFirstVersion());
  }

  @Test
  void existingActorAppendsToAnActorWithEvents() {
    a.save(Requests.saveAt(namespace, actor, 0));
    SaveEventsResponse saved =
        b.save(Requests.save(namespace, actor, 2).setExistingActor(Empty.getDefaultInstance()));
    assertEquals(2, saved.getFirstVersion());
    assertEquals(3, saved.getLastVersion());
  }

  @Test
  void existingActorIsAConflictWhereNobodyWrote() {
    Refusal refusal =
        Refusal.of(
            () ->
                a.save(
                    Requests.save(namespace, actor, 1)
                        .setExistingActor(Empty.getDefaultInstance())));
    assertEquals(0, refusal.conflict().getCurrentVersion());
    assertEquals(0, refusal.conflict().getAttemptedVersion());
    assertEquals(
        "version conflict: actor \""
            + actor
            + "\" is at version 0, but the save requires an existing actor",
        refusal.message());
    assertEquals("existing", refusal.metadata().get("expected"));
    assertEquals(0, b.latest(namespace, actor));
  }

  @Test
  void anUnsetNamespaceIsTheOneCalledDefault() {
    a.save(Requests.saveAt("", actor, 0));
    assertEquals(1, b.latest("default", actor));
    assertEquals("default", subscribeOnce(actor));
  }

  private String subscribeOnce(String actorId) {
    try (Subscriber subscriber =
        Subscriber.open(
            b,
            Requests.fromBeginning("")
                .setFilter(dev.aether.v1.Filter.newBuilder().setActorPattern(actorId)))) {
      return subscriber.awaitCommits(1).commits().get(0).getCommit().getNamespace();
    }
  }

  @Test
  void namespacesKeepActorsOfOneIdApart() {
    String other = Requests.unique("contract");
    a.save(Requests.save(namespace, actor, 2).setExpectedVersion(0));
    a.save(Requests.saveAt(other, actor, 0));
    assertEquals(2, b.latest(namespace, actor));
    assertEquals(1, b.latest(other, actor));
  }

  @Test
  void aDottedNamespaceIsANamespaceOfItsOwn() {
    String parent = Requests.unique("n");
    a.save(Requests.saveAt(parent, actor, 0));
    a.save(Requests.saveAt(parent + ".child_1", actor, 0));
    a.save(Requests.saveAt(parent + ".child_1", actor, 1));
    assertEquals(1, b.latest(parent, actor));
    assertEquals(2, b.latest(parent + ".child_1", actor));
  }

  @Test
  void aThousandEventsAreOneCommit() {
    SaveEventsResponse saved = a.save(Requests.save(namespace, actor, 1000).setExpectedVersion(0));
    assertEquals(1000, saved.getLastVersion());
    assertEquals(versions(1, 1000), versions(b.events(namespace, actor)));
  }

  @Test
  void aSaveIsAllOrNothing() {
    saveOneByOne(1);
    Refusal.of(() -> a.save(Requests.save(namespace, actor, 50).setExpectedVersion(0)));
    assertEquals(versions(1, 1), versions(b.events(namespace, actor)));
  }
}
