package dev.aether.client;

import static dev.aether.client.ScriptedServer.answer;
import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.fail;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.aether.v1.CommitAt;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import io.grpc.Status;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streamed reads whose call breaks in the middle. */
@Timeout(60)
final class ResumingReadTest {
  private final ScriptedServer server = new ScriptedServer();
  private final AetherClient client = server.client().build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void aReadGoesOnAfterTheLastEventThatCame() throws InterruptedException {
    server.reads.add(
        (request, caller) -> {
          caller.onNext(events(1, 2, 3));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.reads.add(fail(error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of())));
    server.reads.add(answer(events(4, 5)));

    assertEquals(
        List.of(1L, 2L, 3L, 4L, 5L),
        versions(client.events("a", ReadOptions.builder().toVersion(9).maxCount(7).build())));

    assertEquals(7, server.received(GetEventsRequest.class).getMaxCount());
    server.received(GetEventsRequest.class);
    GetEventsRequest last = server.received(GetEventsRequest.class);
    assertEquals(4, last.getFromVersion());
    assertEquals(9, last.getToVersion());
    assertEquals(4, last.getMaxCount());
  }

  @Test
  void aReadBackwardsGoesOnBeforeTheLastEventThatCame() throws InterruptedException {
    server.reads.add(
        (request, caller) -> {
          caller.onNext(events(9, 8));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.reads.add(answer(events(7)));

    assertEquals(
        List.of(9L, 8L, 7L),
        versions(client.events("a", ReadOptions.builder().backwards(true).fromVersion(7).build())));

    server.received(GetEventsRequest.class);
    GetEventsRequest second = server.received(GetEventsRequest.class);
    assertEquals(7, second.getToVersion());
    assertEquals(7, second.getFromVersion());
  }

  @Test
  void aReadThatHasAllItAskedForIsNotAskedAgain() {
    for (ReadOptions options :
        List.of(
            ReadOptions.newest(2),
            ReadOptions.builder().maxCount(2).build(),
            ReadOptions.builder().toVersion(1).build(),
            ReadOptions.builder().backwards(true).build())) {
      server.reads.add(
          (request, caller) -> {
            caller.onNext(events(2, 1));
            caller.onError(Status.UNAVAILABLE.asException());
          });

      assertEquals(List.of(2L, 1L), versions(client.events("a", options)), options::toString);
    }
    assertEquals(4, server.requests.size());
  }

  @Test
  void aReadGoesOnOnAnotherNode() throws InterruptedException {
    try (ScriptedServer other = new ScriptedServer();
        AetherClient both =
            AetherClient.builder()
                .endpoints(List.of(server.endpoint(), other.endpoint()))
                .build()) {
      for (ScriptedServer each : List.of(server, other)) {
        each.reads.add(
            (request, caller) -> {
              if (request.getFromVersion() == 0) {
                caller.onNext(events(1));
                caller.onError(error(Status.Code.UNAVAILABLE, "SHUTTING_DOWN", Map.of()));
              } else {
                caller.onNext(events(2));
                caller.onCompleted();
              }
            });
      }

      assertEquals(List.of(1L, 2L), versions(both.events("a")));

      assertEquals(1, server.requests.size());
      assertEquals(1, other.requests.size());
    }
  }

  @Test
  void aReadThatComesNoFurtherIsGivenUpAtItsDeadline() {
    server.connect(client);
    server.reads.add(
        (request, caller) -> {
          caller.onNext(events(1));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    for (int i = 0; i < 100; i++) {
      server.reads.add(fail(error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of())));
    }
    List<Long> seen = new ArrayList<>();

    assertThrows(
        StoreUnavailableException.class,
        () ->
            client
                .events("a", ReadOptions.builder().deadline(Duration.ofSeconds(2)).build())
                .forEach(event -> seen.add(event.version())));

    assertEquals(List.of(1L), seen);
    assertTrue(server.requests.size() > 2, () -> server.requests.size() + " calls");
  }

  @Test
  void aClientThatNeverRepeatsDoesNotGoOn() {
    server.reads.add(
        (request, caller) -> {
          caller.onNext(events(1));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    try (AetherClient once = server.client().repeats(RepeatOptions.never()).build()) {
      assertThrows(ServerUnreachableException.class, () -> once.events("a").count());
    }
    assertEquals(1, server.requests.size());
  }

  @Test
  void aRecordThatCannotBeDecodedIsReportedOnce() {
    dev.aether.v1.ReplayError corrupt =
        dev.aether.v1.ReplayError.newBuilder().setPosition(8).build();
    server.reads.add(
        (request, caller) -> {
          caller.onNext(events(1).toBuilder().addErrors(corrupt).build());
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.reads.add(
        answer(
            events(3).toBuilder()
                .addErrors(corrupt)
                .addErrors(corrupt.toBuilder().setPosition(9))
                .build()));
    List<Long> errors = new ArrayList<>();

    assertEquals(
        List.of(1L, 3L),
        versions(
            client.events(
                "a",
                ReadOptions.builder().onCorrupt(error -> errors.add(error.position())).build())));

    assertEquals(List.of(8L, 9L), errors);
  }

  @Test
  void aLoadedActorGoesOnWithTheEventsThatAreLeft() throws InterruptedException {
    server.loads.add(
        (request, caller) -> {
          caller.onNext(
              LoadActorResponse.newBuilder()
                  .setSnapshot(dev.aether.v1.Snapshot.newBuilder().setActorId("a").setVersion(4))
                  .build());
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.reads.add(
        (request, caller) -> {
          caller.onNext(events(5, 6));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.reads.add(answer(events(7)));

    try (LoadedActor loaded = client.loadActor("a")) {
      assertEquals(4, loaded.snapshot().orElseThrow().version());
      assertEquals(List.of(5L, 6L, 7L), versions(loaded.events()));
    }

    server.received(LoadActorRequest.class);
    assertEquals(5, server.received(GetEventsRequest.class).getFromVersion());
    assertEquals(7, server.received(GetEventsRequest.class).getFromVersion());
  }

  @Test
  void aLogGoesOnAtItsLastCursorAndWhatCameAfterItIsDropped() throws InterruptedException {
    server.logReads.add(
        (request, caller) -> {
          caller.onNext(log("c2", 1, 2));
          caller.onNext(log("", 3, 4));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.logReads.add(
        (request, caller) -> {
          caller.onNext(log("c3", 3));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.logReads.add(
        (request, caller) -> {
          caller.onNext(log("", 3, 4, 5));
          caller.onNext(log("c5"));
          caller.onCompleted();
        });

    List<String> seen =
        client.readLog(ReadLogOptions.builder().maxCount(5).build()).map(this::text).toList();

    assertEquals(List.of("1", "2", "c2", "3", "4", "5", "c5"), seen);
    ReadLogRequest first = server.received(ReadLogRequest.class);
    assertEquals("", first.getCursor());
    assertEquals("default", first.getNamespacePattern());
    for (int i = 0; i < 2; i++) {
      ReadLogRequest resumed = server.received(ReadLogRequest.class);
      assertEquals("c2", resumed.getCursor());
      assertEquals(3, resumed.getMaxCount());
    }
  }

  @Test
  void aFrameOfALogThatCannotBeHandledEndsTheReadInsteadOfBeingSkipped() {
    ReadLogResponse.Builder frame = log("", 1, 2).toBuilder();
    frame.getCommitsBuilder(1).getStoredAtBuilder().setSeconds(Long.MAX_VALUE);
    server.logReads.add((request, caller) -> caller.onNext(frame.build()));
    server.logReads.add(answer(log("c2", 1, 2)));

    AetherException e =
        assertThrows(
            AetherException.class,
            () -> client.readLog(ReadLogOptions.all()).forEach(signal -> {}));

    assertEquals(Reason.UNKNOWN, e.reason());
    assertInstanceOf(DateTimeException.class, e.getCause());
    assertEquals(1, server.requests.size());
  }

  @Test
  void theLastCursorComesAlsoWhenWhatWasHandedOnIsGone() {
    server.logReads.add(
        (request, caller) -> {
          caller.onNext(log("", 3, 4));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.logReads.add(answer(log("end")));

    assertEquals(
        List.of("3", "4", "end"), client.readLog(ReadLogOptions.all()).map(this::text).toList());
  }

  @Test
  void aReadOfLogsGoesOnWithinItsMaximumIfLogsBeforeItsPositionHaveGrown() {
    server.logReads.add(
        (request, caller) -> {
          caller.onNext(log("b", "", 1, 2, 3));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.logReads.add(
        (request, caller) -> {
          caller.onNext(log("a", "before 1", 6, 7));
          caller.onNext(log("b", "end", 1, 2, 3));
          caller.onCompleted();
        });

    assertEquals(
        List.of("1", "2", "3", "6", "7", "end"),
        client.readLog(ReadLogOptions.builder().maxCount(5).build()).map(this::text).toList());
  }

  @Test
  void aReadOfLogsThatCannotGoOnWithinItsMaximumFails() {
    server.logReads.add(
        (request, caller) -> {
          caller.onNext(log("b", "", 1, 2, 3));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.logReads.add(
        (request, caller) -> {
          caller.onNext(log("a", "before 1", 6, 7));
          caller.onNext(log("a", "before 1", 8, 9, 10));
          caller.onCompleted();
        });
    List<String> seen = new ArrayList<>();

    assertThrows(
        ServerUnreachableException.class,
        () ->
            client
                .readLog(ReadLogOptions.builder().maxCount(5).build())
                .forEach(signal -> seen.add(text(signal))));

    assertEquals(List.of("1", "2", "3", "6", "7"), seen);
  }

  @Test
  void aPublisherGoesOnToo() throws InterruptedException {
    server.reads.add(
        (request, caller) -> {
          caller.onNext(events(1, 2));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.reads.add(answer(events(3)));
    Recorder<Event> recorder = new Recorder<>();
    client.async().events("a", ReadOptions.all()).subscribe(recorder);

    recorder.request(Long.MAX_VALUE);
    recorder.awaitEnd();

    assertEquals(List.of(1L, 2L, 3L), recorder.items().stream().map(Event::version).toList());
    assertEquals(null, recorder.error());
  }

  @Test
  void aReaderThatAsksForNothingDoesNotCallAgainUntilItAsks() throws InterruptedException {
    server.reads.add(
        (request, caller) -> {
          caller.onNext(events(1, 2));
          caller.onNext(events(3));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.reads.add(answer(events(4)));
    Recorder<Event> recorder = new Recorder<>();
    client.async().events("a", ReadOptions.all()).subscribe(recorder);
    recorder.request(1);
    recorder.awaitItems(1);
    server.received(GetEventsRequest.class);

    // Two frames are buffered, one of them half read, so no more are requested.
    assertEquals(null, server.requests.poll(400, TimeUnit.MILLISECONDS));
    recorder.request(5);
    recorder.awaitEnd();

    assertEquals(List.of(1L, 2L, 3L, 4L), recorder.items().stream().map(Event::version).toList());
  }

  @Test
  void aReadAsksAgainForATokenThatCannotBeObtained() {
    server.reads.add(
        (request, caller) -> {
          caller.onNext(events(1));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.reads.add(answer(events(2)));
    AtomicInteger asked = new AtomicInteger();
    try (AetherClient identified =
        server
            .client()
            .token(
                () -> {
                  if (asked.incrementAndGet() == 2) {
                    throw new IllegalStateException("sealed");
                  }
                  return "t";
                })
            .build()) {
      assertEquals(List.of(1L, 2L), versions(identified.events("a")));
    }
  }

  @Test
  void aReadFailsIfItsNextCallCannotBeStarted() throws InterruptedException {
    server.reads.add(
        (request, caller) -> {
          caller.onNext(events(1));
          caller.onError(Status.UNAVAILABLE.asException());
        });
    try (AetherClient intercepted =
        server.client().configureChannel(InterceptsOnce::addTo).build()) {
      Recorder<Event> recorder = new Recorder<>();
      intercepted.async().events("a", ReadOptions.all()).subscribe(recorder);

      recorder.request(Long.MAX_VALUE);
      recorder.awaitEnd();

      assertEquals(List.of(1L), recorder.items().stream().map(Event::version).toList());
      AetherException e = assertInstanceOf(AetherException.class, recorder.error());
      assertInstanceOf(IllegalStateException.class, e.getCause());
    }
  }

  private static List<Long> versions(Stream<Event> events) {
    return events.map(Event::version).toList();
  }

  private String text(LogSignal signal) {
    return signal instanceof LogSignal.Committed committed
        ? "" + committed.commit().position()
        : "" + ((LogSignal.CursorMoved) signal).cursor();
  }

  private static ReadLogResponse log(String cursor, long... positions) {
    return log("", cursor, positions);
  }

  private static ReadLogResponse log(String namespace, String cursor, long... positions) {
    ReadLogResponse.Builder frame = ReadLogResponse.newBuilder().setCursor(cursor);
    for (long position : positions) {
      frame.addCommits(
          CommitAt.newBuilder()
              .setCommit(dev.aether.v1.Commit.newBuilder().setNamespace(namespace))
              .setPosition(position)
              .setStoredAt(Timestamp.newBuilder().setSeconds(position)));
    }
    return frame.build();
  }

  private static GetEventsResponse events(long... versions) {
    GetEventsResponse.Builder frame = GetEventsResponse.newBuilder();
    for (long version : versions) {
      frame.addEvents(dev.aether.v1.Event.newBuilder().setVersion(version));
    }
    return frame.build();
  }
}
