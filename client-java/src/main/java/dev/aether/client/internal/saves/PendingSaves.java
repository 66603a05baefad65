package dev.aether.client.internal.saves;

import dev.aether.client.SaveStreamOptions;
import dev.aether.client.internal.messages.RequestSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The unanswered saves of a stream, in the order they were taken. Guarded by {@link SaveQueue}. */
final class PendingSaves {
  private final SaveStreamOptions options;
  private final Map<String, PendingSave> byCommitId = new LinkedHashMap<>();
  private long bytes;

  PendingSaves(SaveStreamOptions options) {
    this.options = options;
  }

  int size() {
    return byCommitId.size();
  }

  boolean isEmpty() {
    return byCommitId.isEmpty();
  }

  /** Whether a save of this size may be taken; a stream without unanswered saves takes any. */
  boolean hasRoom(int saveBytes) {
    return isEmpty()
        || size() < options.maxUnanswered() && bytes + saveBytes <= options.maxUnansweredBytes();
  }

  /** Whether a save of any size may be taken. */
  boolean hasRoomForAny() {
    return hasRoom((int) Math.min(RequestSize.MAX_REQUEST_BYTES, options.maxUnansweredBytes()));
  }

  /** Adds a save; returns false if one with the same commit id is pending. */
  boolean add(PendingSave save) {
    if (byCommitId.putIfAbsent(save.commitId(), save) != null) {
      return false;
    }
    bytes += save.bytes();
    return true;
  }

  /** Removes a save; returns false if it was not pending. */
  boolean remove(PendingSave save) {
    if (!byCommitId.remove(save.commitId(), save)) {
      return false;
    }
    bytes -= save.bytes();
    return true;
  }

  @Nullable PendingSave get(String commitId) {
    return byCommitId.get(commitId);
  }

  /** A copy of the pending saves, in order. */
  List<PendingSave> all() {
    return new ArrayList<>(byCommitId.values());
  }

  /** The saves whose deadline has passed. */
  List<PendingSave> late(long nowNanos) {
    return byCommitId.values().stream().filter(save -> nowNanos - save.endNanos() >= 0).toList();
  }

  /** The saves of an actor that a stopping node refused. */
  List<PendingSave> refusedOf(PendingSave.Actor actor) {
    return byCommitId.values().stream()
        .filter(save -> save.refusal() != null && save.isOf(actor))
        .toList();
  }

  /** The saves that the server refuses on this call. */
  List<PendingSave> brokenOff() {
    return byCommitId.values().stream().filter(PendingSave::isBrokenOff).toList();
  }
}
