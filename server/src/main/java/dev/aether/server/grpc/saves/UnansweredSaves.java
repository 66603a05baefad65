package dev.aether.server.grpc.saves;

import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.store.SaveOrder;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The unanswered requests of one stream of saves. Puts the answers for one actor in the order of
 * its requests. Not thread-safe: guarded by its stream.
 */
final class UnansweredSaves {
  /** Each actor's latest unanswered request. */
  private final Map<String, Request> latest = new HashMap<>();

  /** Actors whose order was broken, which accept no more saves on this stream. */
  private final Map<String, SaveOrder> broken = new HashMap<>();

  private final Set<String> commitIds = new HashSet<>();
  private int count;
  private long bytes;

  /** An unanswered request. */
  static final class Request {
    final String commitId;
    private final String actor;
    private final int bytes;

    /** What all unanswered requests for the actor share. */
    private SaveOrder order = new SaveOrder();

    /** Whether all earlier requests for its actor are answered. */
    private boolean first;

    /** Whether no other unanswered request had the same commit id. */
    private boolean unique;

    /** The next request for its actor. */
    private @Nullable Request next;

    private @Nullable SaveEventsStreamResponse answer;

    Request(SaveEventsRequest request) {
      commitId = request.getCommitId();
      actor = RequestNames.orDefault(request.getNamespace()) + ' ' + request.getActorId();
      bytes = request.getSerializedSize();
    }

    SaveOrder order() {
      return order;
    }
  }

  /** Adds a request. Returns false if an unanswered request has the same commit id. */
  boolean add(Request request) {
    count++;
    bytes += request.bytes;
    Request before = latest.put(request.actor, request);
    request.first = before == null;
    if (before != null) {
      before.next = request;
      request.order = before.order;
    } else {
      request.order = broken.getOrDefault(request.actor, request.order);
    }
    request.unique = commitIds.add(request.commitId);
    return request.unique;
  }

  /**
   * Removes a request once all earlier ones for its actor are answered.
   *
   * @return the answers that can be sent now, in order: this one and those that waited for it, or
   *     none if it must wait itself
   */
  List<SaveEventsStreamResponse> answer(Request request, SaveEventsStreamResponse answer) {
    request.answer = answer;
    List<SaveEventsStreamResponse> sendable = new ArrayList<>();
    Request next = request;
    while (next != null && next.first && next.answer != null) {
      sendable.add(next.answer);
      remove(next);
      next = next.next;
      if (next != null) {
        next.first = true;
      }
    }
    return sendable;
  }

  private void remove(Request request) {
    count--;
    bytes -= request.bytes;
    if (request.unique) {
      commitIds.remove(request.commitId);
    }
    if (latest.remove(request.actor, request) && request.order.isBroken()) {
      broken.put(request.actor, request.order);
    }
  }

  /** Stores none of the requests that have not begun. */
  void breakOff() {
    latest.values().forEach(request -> request.order.breakOff());
  }

  int count() {
    return count;
  }

  /** Number of actors whose order was broken and of which no request is unanswered. */
  int brokenCount() {
    return broken.size();
  }

  /** The size of the unanswered requests. */
  long bytes() {
    return bytes;
  }
}
