package dev.aether.faults.traffic;

import dev.aether.faults.history.ReadActor;
import dev.aether.faults.history.StoredCommit;
import dev.aether.v1.ActorSummary;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.ListActorsRequest;
import dev.aether.v1.ListActorsResponse;
import dev.aether.v1.ReadLogRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Reads through one node what is stored, while there are no faults. */
final class Reader {
  private static final int PAGE = 1000;
  private static final int READS_AT_ONCE = 16;
  private static final long DEADLINE_SECONDS = 120;
  private static final long PROBE_SECONDS = 5;

  private final String name;
  private final ManagedChannel channel;

  Reader(String name, ManagedChannel channel) {
    this.name = name;
    this.channel = channel;
  }

  private EventStoreGrpc.EventStoreBlockingStub stub() {
    return EventStoreGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /** Whether the node reads from its store. */
  boolean isServing() {
    channel.resetConnectBackoff();
    try {
      Burst.NAMESPACES.forEach(
          namespace ->
              EventStoreGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(PROBE_SECONDS, TimeUnit.SECONDS)
                  .getLatestVersion(
                      GetLatestVersionRequest.newBuilder()
                          .setNamespace(namespace)
                          .setActorId("shared-0")
                          .build()));
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  List<StoredCommit> log(String namespace) {
    List<StoredCommit> log = new ArrayList<>();
    stub()
        .readLog(ReadLogRequest.newBuilder().setNamespacePattern(namespace).build())
        .forEachRemaining(
            frame -> frame.getCommitsList().stream().map(Commits::stored).forEach(log::add));
    return log;
  }

  List<ReadActor> actors(String namespace) {
    ExecutorService executor = Executors.newFixedThreadPool(READS_AT_ONCE);
    try {
      return list(namespace).stream()
          .map(summary -> CompletableFuture.supplyAsync(() -> actor(namespace, summary), executor))
          .toList()
          .stream()
          .map(CompletableFuture::join)
          .toList();
    } finally {
      executor.shutdown();
    }
  }

  private List<ActorSummary> list(String namespace) {
    List<ActorSummary> actors = new ArrayList<>();
    String token = "";
    do {
      ListActorsResponse page =
          stub()
              .listActors(
                  ListActorsRequest.newBuilder()
                      .setNamespace(namespace)
                      .setPageSize(PAGE)
                      .setPageToken(token)
                      .build());
      actors.addAll(page.getActorsList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return actors;
  }

  private ReadActor actor(String namespace, ActorSummary summary) {
    List<ReadActor.Event> events = new ArrayList<>();
    stub()
        .getEvents(
            GetEventsRequest.newBuilder()
                .setNamespace(namespace)
                .setActorId(summary.getActorId())
                .build())
        .forEachRemaining(
            frame ->
                frame
                    .getEventsList()
                    .forEach(
                        event ->
                            events.add(
                                new ReadActor.Event(event.getVersion(), Commits.content(event)))));
    return new ReadActor(name, namespace, summary.getActorId(), summary.getVersion(), events);
  }
}
