package dev.aether.bench.driver;

import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** SaveEvents with the generated stub: one call per commit. */
public final class AetherUnary implements Driver {
  private static final long DEADLINE_SECONDS = 15;

  private final String name;
  private final List<ManagedChannel> channels;
  private final List<EventStoreGrpc.EventStoreStub> stubs;
  private final AetherRequests requests;

  /**
   * Creates a driver with one connection, which does not connect yet.
   *
   * @param address HOST:PORT of the node
   * @param data the data of every event
   */
  public AetherUnary(
      String address, String namespace, int actors, int eventsPerCommit, byte[] data) {
    this(address, 1, namespace, actors, eventsPerCommit, data);
  }

  /** Creates a driver with several connections, over which the actors are spread. */
  public AetherUnary(
      String address,
      int connections,
      String namespace,
      int actors,
      int eventsPerCommit,
      byte[] data) {
    this(
        "aether unary",
        Channels.open(address, connections),
        namespace,
        actors,
        eventsPerCommit,
        data);
  }

  /** Creates a driver with one connection to a node that may be secured. */
  public AetherUnary(
      String name, String address, Access access, String namespace, int actors, byte[] data) {
    this(name, List.of(Channels.open(address, access)), namespace, actors, 1, data);
  }

  private AetherUnary(
      String name,
      List<ManagedChannel> channels,
      String namespace,
      int actors,
      int eventsPerCommit,
      byte[] data) {
    this.name = name;
    this.channels = channels;
    stubs = channels.stream().map(EventStoreGrpc::newStub).toList();
    requests = new AetherRequests(channels.get(0), namespace, actors, eventsPerCommit, data);
  }

  @Override
  public String name() {
    return name;
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
    return send(actor, requests.next(actor))
        .thenAccept(response -> requests.stored(actor, response.getLastVersion()));
  }

  @Override
  public CompletableFuture<?> appendStale(int actor) {
    return Refused.when(
        send(actor, requests.stale(actor)),
        thrown -> Status.fromThrowable(thrown).getCode() == Status.Code.ABORTED);
  }

  @Override
  public boolean canAppendStale() {
    return true;
  }

  private CompletableFuture<SaveEventsResponse> send(int actor, SaveEventsRequest request) {
    UnaryAnswer<SaveEventsResponse> answer = new UnaryAnswer<>();
    stubs
        .get(actor % stubs.size())
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .saveEvents(request, answer);
    return answer.future();
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
