package dev.aether.server.grpc.reads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.protobuf.Empty;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.server.grpc.ServedStore;
import dev.aether.server.store.ForwardingStore;
import dev.aether.server.store.Snapshots;
import dev.aether.server.store.memory.InMemoryStore;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.Snapshot;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Loading an actor while its namespace is deleted and created again. */
class LoadActorPagesTest {
  private static final Namespace NAMESPACE = new Namespace("n");
  private static final String ACTOR = "a";
  private static final long BOUND_SECONDS = 30;

  private final InMemoryStore store = new InMemoryStore(true);
  private ServedStore served;
  private ManagedChannel channel;

  /** Run once, after a snapshot was read and before it is used. */
  private Runnable afterSnapshot = () -> {};

  @BeforeEach
  void serve() throws IOException {
    served = new ServedStore(store, new Watched());
    channel = served.connect();
  }

  @AfterEach
  void end() {
    served.close();
  }

  private EventStoreGrpc.EventStoreBlockingStub calls() {
    return EventStoreGrpc.newBlockingStub(channel)
        .withDeadlineAfter(BOUND_SECONDS, TimeUnit.SECONDS);
  }

  private void save(String type, int events) {
    SaveEventsRequest.Builder request =
        SaveEventsRequest.newBuilder()
            .setNamespace(NAMESPACE.name())
            .setActorId(ACTOR)
            .setCommitId(type)
            .setAnyVersion(Empty.getDefaultInstance());
    for (int i = 0; i < events; i++) {
      request.addEvents(NewEvent.newBuilder().setEventType(type));
    }
    var unused = calls().saveEvents(request.build());
  }

  private void saveSnapshot(long version) {
    var unused =
        calls()
            .saveSnapshot(
                SaveSnapshotRequest.newBuilder()
                    .setNamespace(NAMESPACE.name())
                    .setSnapshot(Snapshot.newBuilder().setActorId(ACTOR).setVersion(version))
                    .build());
  }

  private List<LoadActorResponse> load() {
    List<LoadActorResponse> frames = new ArrayList<>();
    calls()
        .loadActor(
            LoadActorRequest.newBuilder().setNamespace(NAMESPACE.name()).setActorId(ACTOR).build())
        .forEachRemaining(frames::add);
    return frames;
  }

  private static List<String> types(List<LoadActorResponse> frames) {
    return frames.stream()
        .flatMap(frame -> frame.getEventsList().stream())
        .map(event -> event.getVersion() + event.getEventType())
        .toList();
  }

  @Test
  void aSnapshotIsNeverSentWithEventsOfAnotherIncarnation() {
    save("Old", 2);
    saveSnapshot(2);
    afterSnapshot =
        () -> {
          store.namespaces().delete(NAMESPACE, Long.MAX_VALUE).join();
          save("New", 3);
        };
    List<LoadActorResponse> frames = load();
    assertFalse(frames.stream().anyMatch(LoadActorResponse::hasSnapshot));
    assertEquals(List.of("1New", "2New", "3New"), types(frames));
  }

  @Test
  void theSnapshotOfTheNewIncarnationIsSent() {
    save("Old", 2);
    saveSnapshot(2);
    afterSnapshot =
        () -> {
          store.namespaces().delete(NAMESPACE, Long.MAX_VALUE).join();
          save("New", 3);
          saveSnapshot(1);
        };
    List<LoadActorResponse> frames = load();
    assertEquals(1, frames.get(0).getSnapshot().getVersion());
    assertEquals(List.of("2New", "3New"), types(frames));
  }

  @Test
  void nothingIsSentOfANamespaceThatIsDeletedMeanwhile() {
    save("Old", 2);
    saveSnapshot(2);
    afterSnapshot = () -> store.namespaces().delete(NAMESPACE, Long.MAX_VALUE).join();
    assertEquals(List.of(), load());
  }

  /** A store in memory that runs an action after a snapshot was read. */
  private final class Watched extends ForwardingStore implements Snapshots {
    Watched() {
      super(store);
    }

    @Override
    public Snapshots snapshots() {
      return this;
    }

    @Override
    public CompletableFuture<Optional<Kept>> latest(Namespace namespace, ActorId actor) {
      return store
          .snapshots()
          .latest(namespace, actor)
          .thenCompose(
              kept -> {
                Runnable now = afterSnapshot;
                afterSnapshot = () -> {};
                return CompletableFuture.runAsync(now).thenApply(done -> kept);
              });
    }

    @Override
    public CompletableFuture<@Nullable Void> save(
        Namespace namespace, Snapshot snapshot, long deadline) {
      return store.snapshots().save(namespace, snapshot, deadline);
    }

    @Override
    public CompletableFuture<@Nullable Void> delete(
        Namespace namespace, ActorId actor, long deadline) {
      return store.snapshots().delete(namespace, actor, deadline);
    }
  }
}
