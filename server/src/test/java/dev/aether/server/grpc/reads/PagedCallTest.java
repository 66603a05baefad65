package dev.aether.server.grpc.reads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.server.grpc.ServedStore;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.ActorVersions;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.ForwardingStore;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import dev.aether.server.store.memory.InMemoryStore;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Errors of the JVM, such as a full heap, while a call sends its pages. */
class PagedCallTest {
  private static final String NAMESPACE = "n";
  private static final String ACTOR = "a";
  private static final long BOUND_SECONDS = 30;

  private final InMemoryStore store = new InMemoryStore(true);
  private ServedStore served;
  private ManagedChannel channel;

  /** What the reader of the store does for its second page. */
  private Page second = new Page.Usual();

  /** How a page is read. */
  private sealed interface Page {
    record Usual() implements Page {}

    /** Reading fails before there is a future. */
    record FailsWhileRead() implements Page {}

    /** The page comes, and its second entry cannot be sent. */
    record FailsWhileSent(boolean later) implements Page {}
  }

  @BeforeEach
  void serve() throws IOException {
    served = new ServedStore(store, new Failing());
    channel = served.connect();
    for (int i = 0; i < 6; i++) {
      var unused =
          calls()
              .saveEvents(
                  SaveEventsRequest.newBuilder()
                      .setNamespace(NAMESPACE)
                      .setActorId(ACTOR)
                      .setExpectedVersion(i)
                      .addEvents(NewEvent.newBuilder().setEventType("Happened"))
                      .build());
    }
  }

  @AfterEach
  void end() {
    served.close();
  }

  private EventStoreGrpc.EventStoreBlockingStub calls() {
    return EventStoreGrpc.newBlockingStub(channel)
        .withDeadlineAfter(BOUND_SECONDS, TimeUnit.SECONDS);
  }

  private Status.Code failure(List<Long> versions) {
    Iterator<GetEventsResponse> frames =
        calls()
            .getEvents(
                GetEventsRequest.newBuilder().setNamespace(NAMESPACE).setActorId(ACTOR).build());
    return assertThrows(
            StatusRuntimeException.class,
            () ->
                frames.forEachRemaining(
                    frame ->
                        frame.getEventsList().forEach(event -> versions.add(event.getVersion()))))
        .getStatus()
        .getCode();
  }

  @Test
  void aPageThatCannotBeSentEndsTheCallInsteadOfBeingLeftOut() {
    second = new Page.FailsWhileSent(false);
    List<Long> versions = new ArrayList<>();
    assertEquals(Status.Code.INTERNAL, failure(versions));
    assertEquals(List.of(1L, 2L), versions);
  }

  @Test
  void soDoesOneThatTheStoreTakesAWhileToRead() {
    second = new Page.FailsWhileSent(true);
    List<Long> versions = new ArrayList<>();
    assertEquals(Status.Code.INTERNAL, failure(versions));
    assertEquals(List.of(1L, 2L), versions);
  }

  @Test
  void aPageThatCannotBeReadEndsTheCall() {
    second = new Page.FailsWhileRead();
    assertEquals(Status.Code.INTERNAL, failure(new ArrayList<>()));
  }

  /** A store in memory whose pages have two commits, and whose second page may fail. */
  private final class Failing extends ForwardingStore implements EventStore {
    Failing() {
      super(store);
    }

    @Override
    public EventStore events() {
      return this;
    }

    @Override
    public CompletableFuture<Saved> save(Save save) {
      return store.events().save(save);
    }

    @Override
    public CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor) {
      return store.events().versions(namespace, actor);
    }

    @Override
    public ActorReader readIncarnation(String incarnation, ActorRange range) {
      return store.events().readIncarnation(incarnation, range);
    }

    @Override
    public ActorReader read(ActorRange range) {
      List<LogEntry> all = store.events().read(range).next().join();
      return new ActorReader() {
        private int page;

        @Override
        public CompletableFuture<List<LogEntry>> next() {
          int from = Math.min(2 * page++, all.size());
          List<LogEntry> entries = all.subList(from, Math.min(from + 2, all.size()));
          if (page != 2) {
            return CompletableFuture.completedFuture(entries);
          }
          if (second instanceof Page.FailsWhileRead) {
            throw new OutOfMemoryError("planted by the test");
          }
          if (second instanceof Page.FailsWhileSent fails) {
            List<LogEntry> failing = failing(entries);
            return fails.later()
                ? CompletableFuture.supplyAsync(
                    () -> failing, CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS))
                : CompletableFuture.completedFuture(failing);
          }
          return CompletableFuture.completedFuture(entries);
        }
      };
    }

    private List<LogEntry> failing(List<LogEntry> entries) {
      return new AbstractList<>() {
        @Override
        public LogEntry get(int index) {
          if (index == 1) {
            throw new OutOfMemoryError("planted by the test");
          }
          return entries.get(index);
        }

        @Override
        public int size() {
          return entries.size();
        }
      };
    }
  }
}
