package dev.aether.bench.driver;

import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * SaveEventsStream with the generated stub: one call, or a few, for all commits. The caller limits
 * the number of saves in flight, so the driver does not use the call's flow control.
 */
public final class AetherStream implements Driver {
  private static final int IN_ROW = 256;
  private static final long ANSWER_WITHIN_SECONDS = 60;

  private final List<ManagedChannel> channels;
  private final AetherRequests requests;
  private final List<StreamObserver<SaveEventsRequest>> calls;

  /** By commit id. */
  private final Map<String, InFlight> inFlight = new ConcurrentHashMap<>();

  private record InFlight(int actor, CompletableFuture<Void> answer) {}

  /**
   * Starts one call.
   *
   * @param address HOST:PORT of the node
   * @param data the data of every event
   */
  public AetherStream(
      String address, String namespace, int actors, int eventsPerCommit, byte[] data) {
    this(address, 1, namespace, actors, eventsPerCommit, data);
  }

  /** Starts several calls, each with its own connection, over which the actors are spread. */
  public AetherStream(
      String address, int streams, String namespace, int actors, int eventsPerCommit, byte[] data) {
    channels = Channels.open(address, streams);
    requests = new AetherRequests(channels.get(0), namespace, actors, eventsPerCommit, data);
    calls =
        channels.stream()
            .map(channel -> EventStoreGrpc.newStub(channel).saveEventsStream(new Answers()))
            .toList();
  }

  @Override
  public String name() {
    return "aether stream";
  }

  @Override
  public boolean isAether() {
    return true;
  }

  @Override
  public int eventsPerCommit() {
    return requests.eventsPerCommit();
  }

  @Override
  public CompletableFuture<?> append(int actor) {
    return send(actor, requests.next(actor));
  }

  @Override
  public CompletableFuture<?> appendStale(int actor) {
    return Refused.when(
        send(actor, requests.stale(actor)),
        thrown -> thrown instanceof RefusedSave refused && refused.code == Code.ABORTED_VALUE);
  }

  @Override
  public boolean canAppendStale() {
    return true;
  }

  /**
   * Appends commits to a new actor without waiting for one before the next is sent. Blocks until
   * all are acknowledged.
   */
  public void appendInRow(int actor, int commits) throws InterruptedException {
    Semaphore room = new Semaphore(IN_ROW);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    for (int commit = 0; commit <= commits; commit++) {
      int permits = commit < commits ? 1 : IN_ROW;
      boolean taken = room.tryAcquire(permits, ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS);
      Throwable thrown = failure.get();
      if (!taken || thrown != null) {
        throw new IllegalStateException("an append failed or was not answered", thrown);
      }
      if (commit < commits) {
        send(actor, requests.numbered(actor, commit))
            .whenComplete(
                (done, why) -> {
                  if (why != null) {
                    failure.compareAndSet(null, why);
                  }
                  room.release();
                });
      }
    }
  }

  private CompletableFuture<?> send(int actor, SaveEventsRequest request) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    inFlight.put(request.getCommitId(), new InFlight(actor, answer));
    StreamObserver<SaveEventsRequest> call = calls.get(actor % calls.size());
    synchronized (call) {
      call.onNext(request);
    }
    return answer;
  }

  /** A save that the node did not store. */
  private static final class RefusedSave extends RuntimeException {
    private final int code;

    RefusedSave(Status status) {
      super(status.getMessage());
      code = status.getCode();
    }
  }

  private final class Answers implements StreamObserver<SaveEventsStreamResponse> {
    @Override
    public void onNext(SaveEventsStreamResponse response) {
      InFlight save = inFlight.remove(response.getCommitId());
      if (save == null) {
        throw new IllegalStateException("unexpected response: " + response);
      }
      if (response.hasSaved()) {
        requests.stored(save.actor(), response.getSaved().getLastVersion());
        save.answer().complete(null);
      } else {
        save.answer().completeExceptionally(new RefusedSave(response.getFailed()));
      }
    }

    @Override
    public void onError(Throwable thrown) {
      inFlight.values().forEach(save -> save.answer().completeExceptionally(thrown));
    }

    @Override
    public void onCompleted() {
      onError(new IllegalStateException("the server ended the call"));
    }
  }

  @Override
  public long stored() {
    return requests.commitsStored();
  }

  @Override
  public void close() {
    Channels.close(channels);
  }
}
