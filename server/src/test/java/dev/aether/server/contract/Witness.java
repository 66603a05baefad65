package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.testing.Await;
import dev.aether.v1.CommitAt;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writers that save on while the store fails, and remember what they were told: what was
 * acknowledged and where, and what may be stored or not. Half of them ask again until they know,
 * the others look at the actor and go on. Each has an actor of its own.
 */
final class Witness implements AutoCloseable {
  static final Duration BOUND = Duration.ofSeconds(60);

  /** Short, so that a writer meets an outage often. */
  private static final long DEADLINE_MS = 2_000;

  private final String namespace;
  private final List<Node> nodes;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final List<Thread> writers = new ArrayList<>();
  private final AtomicLong failures = new AtomicLong();

  /** First version by commit id. */
  private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();

  private final Set<String> unknown = ConcurrentHashMap.newKeySet();

  /** Told that nothing was stored. */
  private final Set<String> refused = ConcurrentHashMap.newKeySet();

  /** What no writer should have met. */
  private final Set<String> wrong = ConcurrentHashMap.newKeySet();

  Witness(String namespace, List<Node> nodes, int writerCount) {
    this.namespace = namespace;
    this.nodes = nodes;
    for (int i = 0; i < writerCount; i++) {
      int writer = i;
      Thread thread = new Thread(() -> write(writer), "writer-" + i);
      thread.setDaemon(true);
      writers.add(thread);
      thread.start();
    }
  }

  private void write(int writer) {
    Node node = nodes.get(writer % nodes.size());
    boolean repeats = writer / nodes.size() % 2 == 0;
    String actor = "writer." + writer;
    long version = 0;
    for (int n = 0; !ended.get(); n++) {
      SaveEventsRequest request =
          Requests.saveAt(namespace, actor, version).setCommitId("w" + writer + "-" + n).build();
      Optional<SaveEventsResponse> saved = save(node, request, repeats);
      version = saved.map(SaveEventsResponse::getLastVersion).orElse(-1L);
      while (version < 0 && !ended.get()) {
        version = look(node, actor);
      }
    }
  }

  /** Empty if the writer is not to go on from an answer. */
  private Optional<SaveEventsResponse> save(Node node, SaveEventsRequest request, boolean repeats) {
    String id = request.getCommitId();
    do {
      try {
        SaveEventsResponse saved =
            node.store()
                .withDeadlineAfter(DEADLINE_MS, TimeUnit.MILLISECONDS)
                .saveEvents(request.toBuilder().setRetry(unknown.contains(id)).build());
        acknowledged.put(id, saved.getFirstVersion());
        return Optional.of(saved);
      } catch (StatusRuntimeException e) {
        failures.incrementAndGet();
        note(id, e);
        if (e.getStatus().getCode() == Status.Code.ABORTED) {
          return Optional.empty();
        }
      }
    } while (repeats && !ended.get());
    return Optional.empty();
  }

  private void note(String id, StatusRuntimeException e) {
    Refusal refusal = Refusal.of(e);
    if (refusal.code() == Status.Code.ABORTED) {
      // Someone who went on without knowing may find that what was unknown came to be stored.
      refusal.conflict();
    } else if (refusal.code() != Status.Code.UNAVAILABLE) {
      unknown.add(id);
      wrong.add(refusal.toString());
    } else if (refusal.reason().equals("STORE_UNAVAILABLE")) {
      refused.add(id);
    } else {
      assertOutcomeUnknown(refusal, id);
      unknown.add(id);
    }
  }

  private void assertOutcomeUnknown(Refusal refusal, String id) {
    if (!refusal.reason().equals("OUTCOME_UNKNOWN")
        || !id.equals(refusal.metadata().get("commit_id"))) {
      wrong.add(refusal.toString());
    }
  }

  private long look(Node node, String actor) {
    try {
      return node.latest(namespace, actor);
    } catch (StatusRuntimeException e) {
      return -1;
    }
  }

  long acknowledgedCount() {
    return acknowledged.size();
  }

  long failures() {
    return failures.get();
  }

  /** Waits until so many more saves were acknowledged. */
  void awaitMore(int count) {
    long target = acknowledgedCount() + count;
    Await.until(count + " more saves", BOUND, () -> acknowledgedCount() >= target);
  }

  /** Waits until a save has failed that began after now. */
  void awaitFailure() {
    long target = failures() + 1;
    Await.until("a failed save", BOUND, () -> failures() >= target);
  }

  /** Ends the writers and holds what they were told against what is stored. */
  void endAndCheck(Node reader, Subscriber subscriber) {
    close();
    assertEquals(Set.of(), wrong);
    String last = Requests.unique("last");
    reader.save(Requests.saveAny(namespace, "last").setCommitId(last));
    subscriber.awaitCommit(last);

    List<CommitAt> seen = subscriber.commits();
    Contract.assertInOrder(seen);
    List<String> ids = subscriber.commitIds().stream().filter(id -> !id.equals(last)).toList();
    Set<String> stored = new HashSet<>(ids);
    assertEquals(stored.size(), ids.size(), "nothing comes twice");

    Set<String> lost = new HashSet<>(acknowledged.keySet());
    lost.removeAll(stored);
    assertEquals(Set.of(), lost, "what was acknowledged is stored");
    Set<String> unexpected = new HashSet<>(stored);
    unexpected.removeAll(acknowledged.keySet());
    unexpected.removeAll(unknown);
    assertEquals(Set.of(), unexpected, "what was refused is not stored");
    for (CommitAt at : seen) {
      Long version = acknowledged.get(at.getCommit().getCommitId());
      assertTrue(version == null || version == at.getCommit().getFirstVersion(), at::toString);
    }
    for (int i = 0; i < writers.size(); i++) {
      String actor = "writer." + i;
      assertEquals(
          seen.stream()
              .filter(at -> at.getCommit().getActorId().equals(actor))
              .flatMap(at -> at.getCommit().getEventsList().stream())
              .toList(),
          reader.events(namespace, actor));
    }
    System.out.printf(
        "%d saves acknowledged, %d unknown of which %d are stored, %d refused%n",
        acknowledged.size(),
        unknown.size(),
        unknown.stream().filter(stored::contains).count(),
        refused.size());
  }

  @Override
  public void close() {
    ended.set(true);
    for (Thread writer : writers) {
      try {
        writer.join(BOUND.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
      assertTrue(!writer.isAlive(), writer.getName() + " hangs");
    }
  }
}
