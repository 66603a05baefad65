package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.aether.v1.Event;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.Snapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** LoadActor. */
abstract class LoadingContract extends Contract {
  private static final int MAX_FRAME_BYTES = 4 * 1024 * 1024;

  LoadingContract(Fixture fixture) {
    super(fixture);
  }

  private void snapshot(Node node, long version, int bytes) {
    snapshot(
        node,
        Snapshot.newBuilder()
            .setActorId(actor)
            .setVersion(version)
            .setState(Requests.heavyEvent(bytes).getData()));
  }

  private void snapshot(Node node, Snapshot.Builder snapshot) {
    var unused =
        node.store()
            .saveSnapshot(
                SaveSnapshotRequest.newBuilder()
                    .setNamespace(namespace)
                    .setSnapshot(snapshot)
                    .build());
  }

  private List<LoadActorResponse> load(Node node) {
    return load(node, namespace, actor);
  }

  private static List<LoadActorResponse> load(Node node, String namespace, String actor) {
    List<LoadActorResponse> frames = new ArrayList<>();
    node.store()
        .loadActor(LoadActorRequest.newBuilder().setNamespace(namespace).setActorId(actor).build())
        .forEachRemaining(frames::add);
    return frames;
  }

  private static List<Event> events(List<LoadActorResponse> frames) {
    return frames.stream().flatMap(frame -> frame.getEventsList().stream()).toList();
  }

  @Test
  void withoutASnapshotAllEventsCome() {
    a.save(Requests.save(namespace, actor, 7).setExpectedVersion(0));
    List<LoadActorResponse> frames = load(b);
    assertTrue(frames.stream().noneMatch(LoadActorResponse::hasSnapshot));
    assertEquals(a.events(namespace, actor), events(frames));
  }

  @Test
  void theSnapshotComesFirstAndThenTheEventsAfterIt() {
    a.save(Requests.save(namespace, actor, 4).setExpectedVersion(0));
    a.save(Requests.save(namespace, actor, 4).setExpectedVersion(4));
    for (long version = 1; version <= 8; version++) {
      snapshot(a, version, 100);
      List<LoadActorResponse> frames = load(b);
      assertEquals(version, frames.get(0).getSnapshot().getVersion());
      assertEquals(0, frames.get(0).getEventsCount());
      assertTrue(frames.stream().skip(1).noneMatch(LoadActorResponse::hasSnapshot));
      assertEquals(versions(version + 1, 8), versions(events(frames)));
    }
  }

  @Test
  void whatNobodyWroteIsEmpty() {
    a.save(Requests.saveAt(namespace, actor + "other", 0));
    assertEquals(List.of(), load(a));
    assertEquals(List.of(), load(b, Requests.unique("nowhere"), actor));
    assertEquals(
        List.of("namespace", "actor_id"), Refusal.of(() -> load(a, "no space", "")).badFields());
  }

  @Test
  void aHeavyActorComesInFramesThatAnyClientCanTake() {
    long latest = 0;
    for (int i = 0; i < 6; i++) {
      latest =
          a.save(
                  Requests.save(namespace, actor, 0)
                      .addEvents(Requests.heavyEvent(i % 3 == 2 ? 3_000_000 : 900_000))
                      .addEvents(Requests.event("Light"))
                      .setExpectedVersion(latest))
              .getLastVersion();
    }
    snapshot(a, 1, 3_000_000);
    List<LoadActorResponse> frames = load(b);
    frames.forEach(frame -> assertTrue(frame.getSerializedSize() < MAX_FRAME_BYTES));
    assertEquals(Requests.heavyEvent(3_000_000).getData(), frames.get(0).getSnapshot().getState());
    assertEquals(a.events(namespace, actor).subList(1, 12), events(frames));
  }

  @Test
  void whileSnapshotsAndEventsAreSavedALoadIsAlwaysWhole() {
    a.save(Requests.saveAt(namespace, actor, 0));
    AtomicBoolean ended = new AtomicBoolean();
    int writes = rounds("loading.rounds", 120);
    List<Long> sums =
        AtOnce.results(
            4,
            i -> {
              if (i == 0) {
                write(writes);
                ended.set(true);
                return 0L;
              }
              long loads = 0;
              while (!ended.get()) {
                assertWhole(load(i % 2 == 0 ? a : b));
                loads++;
              }
              return loads;
            });
    assertTrue(sums.stream().skip(1).allMatch(loads -> loads > 0), sums::toString);
    assertEquals(writes + 1, assertWhole(load(b)));
  }

  /** The state of a snapshot says which events it includes, as their ids. */
  private void write(int writes) {
    StringBuilder ids = new StringBuilder(a.events(namespace, actor).get(0).getEventId());
    for (int version = 1; version <= writes; version++) {
      a.save(Requests.saveAt(namespace, actor, version));
      String id =
          b.events(namespace, actor).stream().skip(version).findFirst().orElseThrow().getEventId();
      ids.append(',').append(id);
      if (version % 3 == 0) {
        snapshot(
            b,
            Snapshot.newBuilder()
                .setActorId(actor)
                .setVersion(version + 1)
                .setState(ByteString.copyFromUtf8(ids.toString())));
      }
    }
  }

  /** The version that it reaches. */
  private static long assertWhole(List<LoadActorResponse> frames) {
    Snapshot snapshot = frames.get(0).getSnapshot();
    HashSet<String> ids = new HashSet<>();
    if (frames.get(0).hasSnapshot()) {
      ids.addAll(List.of(snapshot.getState().toStringUtf8().split(",")));
    }
    assertEquals(snapshot.getVersion(), ids.size());
    long version = snapshot.getVersion();
    for (Event event : events(frames)) {
      assertEquals(++version, event.getVersion());
      assertTrue(ids.add(event.getEventId()), "twice");
    }
    assertFalse(ids.isEmpty());
    return version;
  }
}
