package dev.aether.client.internal.reads;

import dev.aether.client.ServerUnreachableException;
import dev.aether.client.internal.messages.Messages;
import dev.aether.v1.CommitAt;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.ReplayError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Progress of a read of logs, by the last cursor and the commits after it. */
public final class LogReadProgress implements ReadProgress<ReadLogResponse, ReadLogResponse> {
  private final ReadLogRequest request;
  private final LogPositions progress = new LogPositions();
  private String cursor;

  /** The last cursor that was not delivered. */
  private String held = "";

  private long count;
  private long countAtCursor;
  private boolean started;

  /** Errors received after the cursor, and those of them that a resumed read will deliver again. */
  private final List<ReplayError> errors = new ArrayList<>();

  private final List<ReplayError> errorsAgain = new ArrayList<>();

  public LogReadProgress(ReadLogRequest request) {
    this.request = request;
    this.cursor = request.getCursor();
  }

  @Override
  public FrameCall.@Nullable Step<?, ?, ReadLogResponse> next() {
    if (started) {
      progress.resumed();
      errorsAgain.clear();
      errorsAgain.addAll(errors);
    }
    started = true;
    ReadLogRequest.Builder next = request.toBuilder().setCursor(cursor);
    if (request.getMaxCount() != 0) {
      long left = request.getMaxCount() - countAtCursor;
      if (left <= 0) {
        return null;
      }
      next.setMaxCount(left);
    }
    return new FrameCall.Step<>(
        EventStoreGrpc.getReadLogMethod(), next.build(), UnaryOperator.identity());
  }

  @Override
  public ReadLogResponse received(ReadLogResponse frame) {
    List<CommitAt> fresh = new ArrayList<>(frame.getCommitsCount());
    for (CommitAt commit : frame.getCommitsList()) {
      if (advance(progress, commit)) {
        fresh.add(commit);
      }
    }
    count += fresh.size();
    checkCount();
    ReadLogResponse.Builder handOn = frame.toBuilder().clearCommits().addAllCommits(fresh);
    handOn.clearErrors().addAllErrors(newErrors(frame.getErrorsList()));
    if (!frame.getCursor().isEmpty()) {
      if (progress.mayRepeat()) {
        held = frame.getCursor(); // It may be a position before commits that were delivered.
        handOn.clearCursor();
      } else {
        held = "";
        moved(frame.getCursor());
      }
    }
    return handOn.build();
  }

  /**
   * A resumed call starts at the cursor again. If logs that are read before the commits after it
   * have grown, they use up the maximum before these commits come again. The call then never
   * reaches a position after everything that was delivered, and no cursor of it may be handed out.
   */
  private void checkCount() {
    if (request.getMaxCount() != 0 && count > request.getMaxCount()) {
      throw new ServerUnreachableException(
          what()
              + " broke and cannot be resumed with at most "
              + request.getMaxCount()
              + " commits, because other logs have grown; read again from the last cursor",
          Map.of(),
          null);
    }
  }

  private List<ReplayError> newErrors(List<ReplayError> received) {
    List<ReplayError> fresh = new ArrayList<>();
    for (ReplayError error : received) {
      if (!errorsAgain.remove(error)) {
        fresh.add(error);
        errors.add(error);
      }
    }
    return fresh;
  }

  private void moved(String to) {
    cursor = to;
    countAtCursor = count;
    progress.cursor();
    errors.clear();
  }

  @Override
  public @Nullable ReadLogResponse last() {
    return held.isEmpty() ? null : ReadLogResponse.newBuilder().setCursor(held).build();
  }

  public static boolean advance(LogPositions progress, CommitAt commit) {
    return progress.advance(
        commit.getCommit().getNamespace(),
        commit.getPartition(),
        new LogPositions.Mark(
            commit.getPosition(),
            Messages.instant(commit.getStoredAt()),
            commit.getCommit().getCommitId()));
  }

  @Override
  public String what() {
    return "the read of the logs of " + request.getNamespacePattern();
  }

  @Override
  public boolean endsWithCall() {
    return true;
  }
}
