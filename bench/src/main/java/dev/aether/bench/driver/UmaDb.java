package dev.aether.bench.driver;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.aether.bench.peer.umadb.AppendCondition;
import dev.aether.bench.peer.umadb.AppendRequest;
import dev.aether.bench.peer.umadb.AppendResponse;
import dev.aether.bench.peer.umadb.DCBGrpc;
import dev.aether.bench.peer.umadb.Event;
import dev.aether.bench.peer.umadb.HeadRequest;
import dev.aether.bench.peer.umadb.Query;
import dev.aether.bench.peer.umadb.QueryItem;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * UmaDB: one Append call per event, which has the actor's id as its tag. Its condition is that no
 * event with this tag follows the last one that the client knows.
 */
public final class UmaDb implements Driver {
  private static final long DEADLINE_SECONDS = 15;

  private final List<ManagedChannel> channels;
  private final List<DCBGrpc.DCBStub> stubs;
  private final String label;
  private final ByteString data;

  /** The position of each actor's last event; 0 for none. */
  private final AtomicLongArray ends;

  private final long headBefore;

  /**
   * Connects.
   *
   * @param address HOST:PORT of the server
   * @param label the prefix of the actors' ids
   * @param data the data of every event
   */
  public UmaDb(String address, int connections, String label, int actors, byte[] data) {
    channels = Channels.open(address, connections);
    stubs = channels.stream().map(DCBGrpc::newStub).toList();
    this.label = label;
    this.data = UnsafeByteOperations.unsafeWrap(data);
    ends = new AtomicLongArray(actors);
    headBefore = head();
  }

  @Override
  public String name() {
    return "UmaDB";
  }

  @Override
  public boolean isAether() {
    return false;
  }

  @Override
  public int eventsPerCommit() {
    return 1;
  }

  @Override
  public CompletableFuture<?> append(int actor) {
    return send(actor, ends.get(actor))
        .thenAccept(response -> ends.set(actor, response.getPosition()));
  }

  @Override
  public CompletableFuture<?> appendStale(int actor) {
    return Refused.when(
        send(actor, ends.get(actor) - 1),
        thrown -> Status.fromThrowable(thrown).getCode() == Status.Code.FAILED_PRECONDITION);
  }

  @Override
  public boolean canAppendStale() {
    return true;
  }

  private CompletableFuture<AppendResponse> send(int actor, long after) {
    String tag = label + "-actor-" + actor;
    AppendCondition.Builder condition =
        AppendCondition.newBuilder()
            .setFailIfEventsMatch(Query.newBuilder().addItems(QueryItem.newBuilder().addTags(tag)));
    if (after > 0) {
      condition.setAfter(after);
    }
    AppendRequest request =
        AppendRequest.newBuilder()
            .addEvents(Event.newBuilder().setEventType("Measured").addTags(tag).setData(data))
            .setCondition(condition)
            .build();
    UnaryAnswer<AppendResponse> answer = new UnaryAnswer<>();
    stubs
        .get(actor % stubs.size())
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .append(request, answer);
    return answer.future();
  }

  /** The position of the last event of all drivers. */
  private long head() {
    return DCBGrpc.newBlockingStub(channels.get(0))
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .head(HeadRequest.getDefaultInstance())
        .getPosition();
  }

  @Override
  public long stored() {
    return head() - headBefore;
  }

  @Override
  public void close() {
    Channels.close(channels);
  }
}
