package dev.aether.server.grpc.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.aether.server.event.Namespace;
import dev.aether.server.grpc.ServedStore;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.store.Namespaces.Settings;
import dev.aether.server.store.memory.InMemoryStore;
import dev.aether.v1.CommitAt;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscribeResponse.FrameCase;
import dev.aether.v1.SubscriptionEvents;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading so many namespaces that a cursor and a large commit do not fit into one message. */
class LargeCursorTest {
  /** Without compression, a cursor over these does not fit beside a commit of 3 MiB. */
  private static final int NAMESPACES = 43_000;

  private static final int HEAVY_BYTES = 3 * 1024 * 1024 - 1024;
  private static final long BOUND_SECONDS = 120;

  private final InMemoryStore store = new InMemoryStore(true);
  private ServedStore served;

  /** With the defaults of every language: it accepts messages below 4 MiB. */
  private ManagedChannel channel;

  /** A call that is not read delays other calls of its connection. */
  private ManagedChannel slow;

  @BeforeEach
  void serve() throws IOException {
    for (int i = 0; i < NAMESPACES; i++) {
      store.namespaces().create(new Namespace("n" + i), Settings.DEFAULT, Long.MAX_VALUE).join();
    }
    served = new ServedStore(store);
    channel = served.connect();
    slow = served.connect();
  }

  @AfterEach
  void end() {
    served.close();
  }

  @Test
  void largeCommitsAndLargeCursorsAreSentInFramesThatEveryClientAccepts() {
    Iterator<SubscribeResponse> frames =
        subscribe(SubscribeRequest.newBuilder().setBeginning(Empty.getDefaultInstance()));
    upTo(frames, frame -> frame.getFrameCase() == FrameCase.CAUGHT_UP);
    List<String> saved = List.of(saveHeavy(), saveHeavy(), saveHeavy());

    Iterator<ReadLogResponse> pages =
        EventStoreGrpc.newBlockingStub(slow)
            .withDeadlineAfter(BOUND_SECONDS, TimeUnit.SECONDS)
            .readLog(ReadLogRequest.newBuilder().setNamespacePattern(">").build());
    List<SubscribeResponse> live =
        upTo(frames, frame -> frame.getFrameCase() == FrameCase.HEARTBEAT);
    assertEquals(saved, ids(live.stream().flatMap(f -> f.getEvents().getCommitsList().stream())));
    assertTrue(live.stream().map(SubscribeResponse::getEvents).noneMatch(LargeCursorTest::hasBoth));
    // The reader took so long that the next page must have a cursor.
    List<ReadLogResponse> read = new ArrayList<>();
    pages.forEachRemaining(read::add);
    assertEquals(saved, ids(read.stream().flatMap(page -> page.getCommitsList().stream())));

    assertTrue(read.stream().noneMatch(p -> p.getCommitsCount() > 0 && !p.getCursor().isEmpty()));

    String next = saveHeavy();
    String ofSubscribe = live.get(live.size() - 1).getHeartbeat().getCursor();
    String ofReadLog = read.get(read.size() - 1).getCursor();
    for (String cursor : List.of(ofSubscribe, ofReadLog)) {
      List<SubscribeResponse> resumed =
          upTo(
              subscribe(SubscribeRequest.newBuilder().setCursor(cursor)),
              frame -> frame.getEvents().getCommitsCount() > 0);
      assertEquals(
          List.of(next),
          ids(resumed.stream().flatMap(f -> f.getEvents().getCommitsList().stream())));
    }
  }

  @Test
  void theFirstCommitsOfANewNamespaceFollowACursorThatContainsIt() {
    Iterator<SubscribeResponse> frames =
        subscribe(SubscribeRequest.newBuilder().setBeginning(Empty.getDefaultInstance()));
    upTo(frames, frame -> frame.getFrameCase() == FrameCase.CAUGHT_UP);
    saveHeavy();
    List<SubscribeResponse> live = upTo(frames, frame -> frame.getEvents().getCommitsCount() > 0);
    assertTrue(live.stream().map(SubscribeResponse::getEvents).noneMatch(LargeCursorTest::hasBoth));
    // In a frame of its own, unless a heartbeat contained it.
    String before =
        live.stream()
            .map(f -> f.hasHeartbeat() ? f.getHeartbeat().getCursor() : f.getEvents().getCursor())
            .filter(cursor -> !cursor.isEmpty())
            .reduce((earlier, later) -> later)
            .orElseThrow();
    assertEquals(NAMESPACES + 1, codec().decode(before, any -> {}).positions().size());
  }

  private static boolean hasBoth(SubscriptionEvents events) {
    return events.getCommitsCount() > 0 && !events.getCursor().isEmpty();
  }

  private CursorCodec codec() {
    return new CursorCodec(store.namespaces().storeId(), RequestNames.namespacePattern(">"));
  }

  private static List<String> ids(Stream<CommitAt> commits) {
    return commits.map(commit -> commit.getCommit().getCommitId()).toList();
  }

  private Iterator<SubscribeResponse> subscribe(SubscribeRequest.Builder request) {
    return EventBusGrpc.newBlockingStub(channel)
        .withDeadlineAfter(BOUND_SECONDS, TimeUnit.SECONDS)
        .subscribe(request.setNamespacePattern(">").build());
  }

  private static List<SubscribeResponse> upTo(
      Iterator<SubscribeResponse> frames, Predicate<SubscribeResponse> last) {
    List<SubscribeResponse> taken = new ArrayList<>();
    do {
      taken.add(frames.next());
    } while (!last.test(taken.get(taken.size() - 1)));
    return taken;
  }

  private String saveHeavy() {
    String id = UUID.randomUUID().toString();
    NewEvent event =
        NewEvent.newBuilder()
            .setEventType("Heavy")
            .setData(ByteString.copyFrom(new byte[HEAVY_BYTES]))
            .build();
    var unused =
        EventStoreGrpc.newBlockingStub(channel)
            .withDeadlineAfter(BOUND_SECONDS, TimeUnit.SECONDS)
            .saveEvents(
                SaveEventsRequest.newBuilder()
                    .setNamespace("late")
                    .setActorId("a")
                    .setCommitId(id)
                    .setAnyVersion(Empty.getDefaultInstance())
                    .addEvents(event)
                    .build());
    return id;
  }
}
