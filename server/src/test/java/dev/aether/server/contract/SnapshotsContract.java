package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.GetLatestSnapshotRequest;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.Snapshot;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** SaveSnapshot, GetLatestSnapshot and DeleteSnapshot. */
abstract class SnapshotsContract extends Contract {
  private static final int MAX_BYTES = 3 * 1024 * 1024;

  SnapshotsContract(Fixture fixture) {
    super(fixture);
  }

  private Snapshot.Builder snapshot(long version) {
    return Snapshot.newBuilder()
        .setActorId(actor)
        .setVersion(version)
        .setState(ByteString.copyFromUtf8("{\"at\":" + version + "}"))
        .setContentType("application/x-state")
        .putMetadata("schema", "2")
        .setTimestamp(Timestamp.newBuilder().setSeconds(1_700_000_000).setNanos(123_456_789));
  }

  private void save(Node node, Snapshot.Builder snapshot) {
    var unused =
        node.store()
            .saveSnapshot(
                SaveSnapshotRequest.newBuilder()
                    .setNamespace(namespace)
                    .setSnapshot(snapshot)
                    .build());
  }

  private Snapshot latest(Node node) {
    return latest(node, namespace, actor);
  }

  private static Snapshot latest(Node node, String namespace, String actor) {
    return node.store()
        .getLatestSnapshot(
            GetLatestSnapshotRequest.newBuilder().setNamespace(namespace).setActorId(actor).build())
        .getSnapshot();
  }

  private void delete(Node node) {
    delete(node, namespace);
  }

  private void delete(Node node, String namespace) {
    var unused =
        node.store()
            .deleteSnapshot(
                DeleteSnapshotRequest.newBuilder()
                    .setNamespace(namespace)
                    .setActorId(actor)
                    .build());
  }

  private void assertNone(Node node) {
    Refusal none = Refusal.of(() -> latest(node));
    assertEquals("NO_SNAPSHOT", none.reason());
    assertEquals(Status.Code.NOT_FOUND, none.code());
    assertEquals(Map.of("actor_id", actor), none.metadata());
  }

  @Test
  void aSnapshotComesBackOnEachNodeAsItWasSaved() {
    saveOneByOne(5);
    save(a, snapshot(4));
    assertEquals(snapshot(4).build(), latest(b));
    assertEquals(snapshot(4).build(), latest(a));
  }

  @Test
  void whatIsLeftToTheServerIsFilledIn() {
    saveOneByOne(1);
    Instant before = Instant.now().minusSeconds(1);
    save(a, Snapshot.newBuilder().setActorId(actor).setVersion(1));
    Snapshot filled = latest(b);
    assertEquals("application/json", filled.getContentType());
    Instant taken =
        Instant.ofEpochSecond(filled.getTimestamp().getSeconds(), filled.getTimestamp().getNanos());
    assertTrue(taken.isAfter(before) && taken.isBefore(Instant.now().plusSeconds(1)));
    assertTrue(filled.getState().isEmpty());
  }

  @Test
  void aNewerSnapshotReplacesAndSoDoesOneOfTheSameVersion() {
    saveOneByOne(3);
    save(a, snapshot(2));
    save(b, snapshot(3));
    assertEquals(3, latest(a).getVersion());
    Snapshot.Builder other = snapshot(3).setState(ByteString.copyFromUtf8("other"));
    save(a, other);
    assertEquals(other.build(), latest(b));
  }

  @Test
  void aSnapshotAboveTheActorsVersionIsAhead() {
    saveOneByOne(2);
    for (long version : new long[] {3, 1000, Long.MAX_VALUE, -1}) {
      Refusal ahead = Refusal.of(() -> save(b, snapshot(version)));
      assertEquals("SNAPSHOT_AHEAD", ahead.reason());
      assertEquals(Status.Code.FAILED_PRECONDITION, ahead.code());
      assertEquals(
          Map.of(
              "actor_id",
              actor,
              "current_version",
              "2",
              "snapshot_version",
              Long.toUnsignedString(version)),
          ahead.metadata());
    }
    assertNone(a);
  }

  @Test
  void aSnapshotNeverMakesANamespaceNorAnActor() {
    Refusal nowhere = Refusal.of(() -> save(a, snapshot(1)));
    assertEquals("SNAPSHOT_AHEAD", nowhere.reason());
    assertEquals("0", nowhere.metadata().get("current_version"));
    assertNone(b);
    delete(b);
    a.save(Requests.saveAt(namespace, actor + "other", 0));
    assertEquals("0", Refusal.of(() -> save(b, snapshot(1))).metadata().get("current_version"));
    assertNone(a);
    assertEquals(0, a.latest(namespace, actor));
  }

  @Test
  void anOlderSnapshotIsOutdated() {
    saveOneByOne(5);
    save(a, snapshot(4));
    Refusal outdated = Refusal.of(() -> save(b, snapshot(3)));
    assertEquals("SNAPSHOT_OUTDATED", outdated.reason());
    assertEquals(Status.Code.FAILED_PRECONDITION, outdated.code());
    assertEquals(
        Map.of("actor_id", actor, "stored_version", "4", "snapshot_version", "3"),
        outdated.metadata());
    assertEquals(4, latest(a).getVersion());
  }

  @Test
  void afterADeletionAnyVersionUpToTheLatestMayBeSaved() {
    saveOneByOne(5);
    delete(a);
    save(a, snapshot(5));
    delete(b);
    assertNone(a);
    assertNone(b);
    delete(a);
    save(b, snapshot(1));
    assertEquals(1, latest(a).getVersion());
    assertEquals("SNAPSHOT_AHEAD", Refusal.of(() -> save(a, snapshot(6))).reason());
  }

  @Test
  void savingTheSameAgainIsHarmless() {
    saveOneByOne(2);
    for (int i = 0; i < 3; i++) {
      save(i % 2 == 0 ? a : b, snapshot(2));
      assertEquals(snapshot(2).build(), latest(b));
    }
  }

  @Test
  void theLargestSnapshotComesBackAndALargerOneIsRefused() {
    saveOneByOne(1);
    Snapshot.Builder large = snapshot(1).setState(Requests.heavyEvent(MAX_BYTES - 1000).getData());
    int room = MAX_BYTES - large.build().getSerializedSize();
    large.setState(Requests.heavyEvent(MAX_BYTES - 1000 + room).getData());
    assertEquals(MAX_BYTES, large.build().getSerializedSize());
    save(a, large);
    assertEquals(large.build(), latest(b));

    large.setState(Requests.heavyEvent(MAX_BYTES - 1000 + room + 1).getData());
    Refusal refusal = Refusal.of(() -> save(a, large));
    assertEquals("SNAPSHOT_TOO_LARGE", refusal.reason());
    assertEquals(Status.Code.INVALID_ARGUMENT, refusal.code());
    assertEquals(
        Map.of(
            "limit_bytes",
            Integer.toString(MAX_BYTES),
            "size_bytes",
            Integer.toString(MAX_BYTES + 1)),
        refusal.metadata());
  }

  @Test
  void whatBreaksTheContractIsNamedByItsFields() {
    Snapshot.Builder bad = Snapshot.newBuilder().setActorId("").setContentType("x".repeat(257));
    for (int i = 0; i < 65; i++) {
      bad.putMetadata("k" + i, "v");
    }
    bad.setTimestamp(Timestamp.newBuilder().setNanos(-1));
    assertEquals(
        Set.of(
            "snapshot.actor_id",
            "snapshot.version",
            "snapshot.content_type",
            "snapshot.metadata",
            "snapshot.timestamp"),
        new HashSet<>(Refusal.of(() -> save(a, bad)).badFields()));
    Snapshot.Builder heavy = snapshot(1).putMetadata("k", "v".repeat(16 * 1024));
    assertEquals(List.of("snapshot.metadata"), Refusal.of(() -> save(a, heavy)).badFields());
    assertEquals(
        List.of("snapshot"),
        Refusal.of(() -> a.store().saveSnapshot(SaveSnapshotRequest.getDefaultInstance()))
            .badFields());
    assertEquals(
        List.of("namespace", "actor_id"),
        Refusal.of(() -> latest(a, "no space", "\u0007")).badFields());
    assertEquals(List.of("namespace"), Refusal.of(() -> delete(a, "no space")).badFields());
  }

  @Test
  void actorsAndNamespacesDoNotShareSnapshots() {
    String other = Requests.unique("contract");
    String odd = actor + ".*.> %..é😀";
    saveOneByOne(1);
    a.save(Requests.saveAt(namespace, odd, 0));
    a.save(Requests.saveAt(other, actor, 0));
    save(a, snapshot(1));
    save(b, snapshot(1).setActorId(odd).setState(ByteString.copyFromUtf8("odd")));
    assertEquals(odd, latest(a, namespace, odd).getActorId());
    assertEquals("odd", latest(a, namespace, odd).getState().toStringUtf8());
    assertEquals(snapshot(1).build(), latest(b));
    assertEquals("NO_SNAPSHOT", Refusal.of(() -> latest(b, other, actor)).reason());
    delete(a);
    assertEquals(odd, latest(b, namespace, odd).getActorId());
  }

  @Test
  void aReadSeesWhatAnotherNodeJustAcknowledged() {
    for (int round = 1; round <= rounds("freshness.rounds", 60); round++) {
      Node writer = round % 2 == 0 ? a : b;
      Node reader = round % 2 == 0 ? b : a;
      writer.save(Requests.saveAt(namespace, actor, round - 1));
      save(writer, snapshot(round));
      assertEquals(round, latest(reader).getVersion());
      if (round % 5 == 0) {
        delete(reader);
        assertNone(writer);
      }
    }
  }

  @Test
  void theFirstSnapshotsOfANamespaceMayBeSavedAtOnce() {
    a.save(Requests.save(namespace, actor, 40).setExpectedVersion(0));
    AtOnce.results(
        16,
        i -> {
          a.save(Requests.saveAt(namespace, actor + i, 0));
          save(i % 2 == 0 ? a : b, snapshot(1).setActorId(actor + i));
          return true;
        });
    for (int i = 0; i < 16; i++) {
      assertEquals(1, latest(i % 2 == 0 ? b : a, namespace, actor + i).getVersion());
    }
  }

  @Test
  void ofManyWritersTheNewestSnapshotStays() {
    Random random = random();
    for (int round = 0; round < rounds("snapshot.rounds", 5); round++) {
      int writers = 24;
      a.save(Requests.save(namespace, actor, writers).setExpectedVersion((long) round * writers));
      long base = (long) round * writers;
      List<Integer> order = new ArrayList<>();
      for (int i = 1; i <= writers; i++) {
        order.add(i);
      }
      Collections.shuffle(order, random);
      List<Boolean> stored =
          AtOnce.results(writers, i -> isStored(i % 2 == 0 ? a : b, snapshot(base + order.get(i))));
      assertTrue(stored.get(order.indexOf(writers)), "the newest was refused");
      assertEquals(base + writers, latest(a).getVersion());
    }
  }

  /** Whether a snapshot was stored; if not, a newer one must have been. */
  private boolean isStored(Node node, Snapshot.Builder snapshot) {
    try {
      save(node, snapshot);
      return true;
    } catch (StatusRuntimeException e) {
      Refusal refusal = Refusal.of(e);
      assertEquals("SNAPSHOT_OUTDATED", refusal.reason(), refusal::toString);
      assertTrue(
          Long.parseLong(refusal.metadata().get("stored_version")) > snapshot.getVersion(),
          refusal::toString);
      return false;
    }
  }

  @Test
  void saversAndDeletersAtOnceLeaveOneOfThem() {
    saveOneByOne(8);
    AtOnce.results(
        16,
        i -> {
          Node node = i % 2 == 0 ? a : b;
          for (int n = 0; n < rounds("snapshot.rounds", 5); n++) {
            if (i % 4 == 0) {
              delete(node);
            } else {
              isStored(node, snapshot(1 + i % 8));
            }
          }
          return true;
        });
    delete(a);
    assertNone(b);
    save(b, snapshot(1));
    assertFalse(latest(a).getState().isEmpty());
  }
}
