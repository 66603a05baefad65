package dev.aether.faults.traffic;

import com.google.protobuf.Empty;
import dev.aether.faults.history.Delivered;
import dev.aether.faults.history.StoredCommit;
import dev.aether.faults.topology.Waiting;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.PartitionPositions;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A subscriber that resumes on the next node whenever its call ends. It runs on a thread of its
 * own; what it has got may be asked by others.
 */
final class Subscriber {
  /** What faults may answer or cause. */
  private static final Set<String> EXPECTED_ENDS =
      Set.of("UNAVAILABLE", "CANCELLED", "STORE_UNAVAILABLE", "OVERLOADED", "SHUTTING_DOWN");

  /** How a subscriber behaves. */
  enum Style {
    /** Ends no call itself, and resumes after the last commit that it got. */
    STEADY,
    /** Ends no call itself, and resumes after its last cursor. */
    CURSOR,
    /** Ends its calls after some frames, and resumes after its last cursor. */
    RESTLESS
  }

  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int MOST_FRAMES = 300;

  private final String name;
  private final Style style;
  private final Nodes nodes;
  private final String pattern;
  private final Set<String> namespaces;
  private final Random random;

  /** Guarded by this. */
  private final List<StoredCommit> delivered = new ArrayList<>();

  /** Guarded by this. */
  private final List<String> unexpectedEnds = new ArrayList<>();

  /** The commits after the last cursor, which come again after a resume; guarded by this. */
  private final List<StoredCommit> sinceCursor = new ArrayList<>();

  /** Guarded by this. */
  private int calls;

  /** Guarded by this. */
  private final Map<String, Long> positions = new HashMap<>();

  /** Used by its thread only. */
  private String cursor = "";

  private volatile boolean stopped;
  private volatile Context.CancellableContext call = Context.current().withCancellation();

  /**
   * @param namespaces those that match the pattern
   */
  Subscriber(
      String name, Style style, Nodes nodes, String pattern, Set<String> namespaces, long seed) {
    this.name = name;
    this.style = style;
    this.nodes = nodes;
    this.pattern = pattern;
    this.namespaces = namespaces;
    random = new Random(seed);
  }

  /** Subscribes until {@link #stop}. */
  void run() {
    for (int node = random.nextInt(100); !stopped; node++) {
      int frames = style == Style.RESTLESS ? 1 + random.nextInt(MOST_FRAMES) : Integer.MAX_VALUE;
      EventBusGrpc.EventBusBlockingStub stub =
          EventBusGrpc.newBlockingStub(nodes.channelAgain(node));
      try (Context.CancellableContext context = Context.current().withCancellation()) {
        call = context;
        context.run(() -> read(stub.subscribe(request()), frames));
      } catch (StatusRuntimeException e) {
        ended(Answers.reason(e));
      }
      Waiting.pause(PAUSE);
    }
  }

  private synchronized SubscribeRequest request() {
    calls++;
    SubscribeRequest.Builder request = SubscribeRequest.newBuilder().setNamespacePattern(pattern);
    if (cursor.isEmpty()) {
      return request.setBeginning(Empty.getDefaultInstance()).build();
    }
    request.setCursor(cursor);
    if (style == Style.STEADY) {
      positions.forEach(
          (namespace, position) ->
              request.putAfter(
                  namespace, PartitionPositions.newBuilder().putPositions(0, position).build()));
    }
    return request.build();
  }

  private void read(Iterator<SubscribeResponse> responses, int frames) {
    for (int i = 0; i < frames && !stopped && responses.hasNext(); i++) {
      got(responses.next());
    }
  }

  private synchronized void got(SubscribeResponse response) {
    switch (response.getFrameCase()) {
      case STARTED -> settle(response.getStarted().getCursor());
      case EVENTS -> {
        response.getEvents().getCommitsList().stream()
            .map(Commits::stored)
            .forEach(sinceCursor::add);
        settle(response.getEvents().getCursor());
      }
      case CAUGHT_UP -> settle(response.getCaughtUp().getCursor());
      case HEARTBEAT -> settle(response.getHeartbeat().getCursor());
      case ERROR, NAMESPACE_DELETED, BROADCAST, FRAME_NOT_SET ->
          unexpectedEnds.add("the frame " + response);
    }
  }

  private synchronized void settle(String newCursor) {
    if (!newCursor.isEmpty()) {
      cursor = newCursor;
    }
    if (style == Style.STEADY || !newCursor.isEmpty()) {
      delivered.addAll(sinceCursor);
      sinceCursor.forEach(commit -> positions.put(commit.namespace(), commit.position()));
      sinceCursor.clear();
    }
  }

  private synchronized void ended(String reason) {
    if (!EXPECTED_ENDS.contains(reason)) {
      unexpectedEnds.add(reason);
    }
  }

  /** Whether it has got the commits at these positions, by namespace. */
  synchronized boolean hasReached(Map<String, Long> ends) {
    return namespaces.stream()
        .allMatch(
            namespace -> positions.getOrDefault(namespace, 0L) >= ends.getOrDefault(namespace, 0L));
  }

  void stop() {
    stopped = true;
    call.cancel(null);
  }

  synchronized Delivered delivered() {
    return new Delivered(name, namespaces, delivered, calls, unexpectedEnds);
  }
}
