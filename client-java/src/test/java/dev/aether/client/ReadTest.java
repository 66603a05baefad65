package dev.aether.client;

import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ReadTest {
  private static final int LARGE_FRAMES = 200;
  private static final int LARGE_FRAME_BYTES = 256 * 1024;

  private final ScriptedServer server = new ScriptedServer();
  private final AetherClient client = server.client().build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void eventsComeInOrderAcrossFramesWithAllTheyHold() throws InterruptedException {
    server.reads.add(
        (request, caller) -> {
          caller.onNext(frame(1, 2));
          caller.onNext(GetEventsResponse.getDefaultInstance());
          caller.onNext(frame(3, 3));
          caller.onCompleted();
        });

    List<Event> events =
        client
            .events(
                "a",
                ReadOptions.builder()
                    .fromVersion(1)
                    .toVersion(9)
                    .maxCount(5)
                    .namespace("shop")
                    .build())
            .toList();

    assertEquals(List.of(1L, 2L, 3L), events.stream().map(Event::version).toList());
    assertEquals(
        new Event(
            "a",
            1,
            "Counted",
            Bytes.utf8("1"),
            "application/json",
            "e1",
            "",
            Map.of("k", "v"),
            Instant.ofEpochSecond(1, 2)),
        events.get(0));
    GetEventsRequest request = server.received(GetEventsRequest.class);
    assertEquals("shop", request.getNamespace());
    assertEquals(1, request.getFromVersion());
    assertEquals(9, request.getToVersion());
    assertEquals(5, request.getMaxCount());
  }

  @Test
  void noCallIsMadeUntilTheStreamIsRead() {
    client.events("a").close();

    assertTrue(server.requests.isEmpty());
  }

  @Test
  void closingTheStreamCancelsTheCall() throws InterruptedException {
    CountDownLatch cancelled = new CountDownLatch(1);
    server.reads.add(
        (request, caller) -> {
          caller.setOnCancelHandler(cancelled::countDown);
          caller.onNext(frame(1, 2));
        });

    try (Stream<Event> events = client.events("a")) {
      assertEquals(1, events.iterator().next().version());
    }

    assertTrue(cancelled.await(20, TimeUnit.SECONDS));
  }

  @Test
  void aReaderThatStopsHoldsBackTheServerAndThenGetsEverything() throws InterruptedException {
    AtomicInteger sent = new AtomicInteger();
    server.reads.add(
        (request, caller) ->
            caller.setOnReadyHandler(
                () -> {
                  while (caller.isReady() && sent.get() < LARGE_FRAMES) {
                    caller.onNext(largeFrame(sent.incrementAndGet()));
                    if (sent.get() == LARGE_FRAMES) {
                      caller.onCompleted();
                    }
                  }
                }));

    try (Stream<Event> events = client.events("a")) {
      Iterator<Event> iterator = events.iterator();
      assertEquals(1, iterator.next().version());
      awaitStandstill(sent);
      assertTrue(sent.get() < LARGE_FRAMES / 2, sent + " frames sent to a reader that stopped");
      long last = 1;
      while (iterator.hasNext()) {
        last = iterator.next().version();
      }
      assertEquals(LARGE_FRAMES, last);
    }
  }

  /** Waits until a number has not changed for 300 ms. */
  private static void awaitStandstill(AtomicInteger number) throws InterruptedException {
    int before;
    do {
      before = number.get();
      TimeUnit.MILLISECONDS.sleep(300);
    } while (number.get() != before);
  }

  @Test
  void anErrorInTheMiddleComesAfterTheEventsBeforeIt() {
    server.reads.add(
        (request, caller) -> {
          caller.onNext(frame(1, 2));
          caller.onError(error(Status.Code.DATA_LOSS, "CORRUPT_RECORD", Map.of()));
        });
    List<Long> seen = new ArrayList<>();

    assertThrows(
        CorruptRecordException.class,
        () -> client.events("a").forEach(event -> seen.add(event.version())));

    assertEquals(List.of(1L, 2L), seen);
  }

  @Test
  void recordsThatCannotBeDecodedAreReportedOnRequest() throws InterruptedException {
    server.reads.add(
        (request, caller) -> {
          caller.onNext(
              frame(1, 1).toBuilder()
                  .addErrors(dev.aether.v1.ReplayError.newBuilder().setPosition(8))
                  .build());
          caller.onCompleted();
        });
    List<ReplayError> errors = new ArrayList<>();

    assertEquals(
        1, client.events("a", ReadOptions.builder().onCorrupt(errors::add).build()).count());

    assertEquals(8, errors.get(0).position());
    assertTrue(server.received(GetEventsRequest.class).getReportCorrupt());
  }

  @Test
  void aServerThatSendsNothingIsWaitedForNoLongerThanTheDeadline() {
    server.connect(client);
    server.reads.add(silence());

    AetherException e =
        assertThrows(
            AetherException.class,
            () ->
                client
                    .events("a", ReadOptions.builder().deadline(Duration.ofSeconds(1)).build())
                    .count());

    assertEquals(Reason.DEADLINE_EXCEEDED, e.reason());
  }

  @Test
  void aServerThatStopsInTheMiddleIsUnreachable() {
    server.reads.add((request, caller) -> caller.onNext(frame(1, 2)));

    assertThrows(
        ServerUnreachableException.class,
        () -> client.events("a").forEach(event -> stopAfter(event, 2)));
  }

  private void stopAfter(Event event, long version) {
    if (event.version() == version) {
      server.stop();
    }
  }

  @Test
  void anInterruptedReaderIsToldSoAndItsCallCancelled() throws InterruptedException {
    CountDownLatch cancelled = new CountDownLatch(1);
    Thread reader = Thread.currentThread();
    server.reads.add(
        (request, caller) -> {
          caller.setOnCancelHandler(cancelled::countDown);
          reader.interrupt();
        });

    AetherException e = assertThrows(AetherException.class, () -> client.events("a").count());

    assertEquals(Reason.CANCELLED, e.reason());
    assertTrue(Thread.interrupted());
    assertTrue(cancelled.await(20, TimeUnit.SECONDS));
  }

  @Test
  void aReaderThatTakesItsTimeDoesNotMeetTheDeadline() throws InterruptedException {
    server.connect(client);
    server.reads.add(
        (request, caller) -> {
          for (int i = 1; i <= 10; i++) {
            caller.onNext(frame(i, i));
          }
          caller.onCompleted();
        });
    long last = 0;
    try (Stream<Event> events =
        client.events("a", ReadOptions.builder().deadline(Duration.ofSeconds(1)).build())) {
      for (Iterator<Event> i = events.iterator(); i.hasNext(); ) {
        last = i.next().version();
        if (last == 1) {
          TimeUnit.MILLISECONDS.sleep(1_500);
        }
      }
    }
    assertEquals(10, last);
  }

  @Test
  void aPublisherDeliversWhatWasAskedForAndNoMore() throws InterruptedException {
    server.reads.add(
        (request, caller) -> {
          caller.onNext(frame(1, 5));
          caller.onNext(frame(6, 9));
          caller.onCompleted();
        });
    Recorder<Event> recorder = new Recorder<>();
    client.async().events("a", ReadOptions.all()).subscribe(recorder);
    assertTrue(server.requests.isEmpty());

    recorder.request(2);
    recorder.awaitItems(2);
    recorder.request(1);
    recorder.awaitItems(3);
    assertEquals(3, recorder.items().size());
    recorder.request(Long.MAX_VALUE);
    recorder.awaitEnd();

    assertEquals(
        LongStream.rangeClosed(1, 9).boxed().toList(),
        recorder.items().stream().map(Event::version).toList());
    assertEquals(null, recorder.error());
  }

  @Test
  void aSlowSubscriberOfAPublisherHoldsBackTheServer() throws InterruptedException {
    AtomicInteger sent = new AtomicInteger();
    server.reads.add(
        (request, caller) ->
            caller.setOnReadyHandler(
                () -> {
                  while (caller.isReady() && sent.get() < LARGE_FRAMES) {
                    caller.onNext(largeFrame(sent.incrementAndGet()));
                    if (sent.get() == LARGE_FRAMES) {
                      caller.onCompleted();
                    }
                  }
                }));
    Recorder<Event> recorder = new Recorder<>();
    client.async().events("a", ReadOptions.all()).subscribe(recorder);

    recorder.request(1);
    recorder.awaitItems(1);
    awaitStandstill(sent);
    assertTrue(sent.get() < LARGE_FRAMES / 2, sent + " frames");
    recorder.request(Long.MAX_VALUE);
    recorder.awaitEnd();

    assertEquals(LARGE_FRAMES, recorder.items().size());
  }

  @Test
  void cancellingAPublisherCancelsTheCall() throws InterruptedException {
    CountDownLatch cancelled = new CountDownLatch(1);
    server.reads.add(
        (request, caller) -> {
          caller.setOnCancelHandler(cancelled::countDown);
          caller.onNext(frame(1, 2));
        });
    Recorder<Event> recorder = new Recorder<>();
    client.async().events("a", ReadOptions.all()).subscribe(recorder);
    recorder.request(1);
    recorder.awaitItems(1);

    recorder.cancel();

    assertTrue(cancelled.await(20, TimeUnit.SECONDS));
    assertEquals(1, recorder.items().size());
  }

  @Test
  void askingAPublisherForNothingIsAnError() throws InterruptedException {
    Recorder<Event> recorder = new Recorder<>();
    client.async().events("a", ReadOptions.all()).subscribe(recorder);

    recorder.request(0);
    recorder.awaitEnd();

    assertInstanceOf(IllegalArgumentException.class, recorder.error());
  }

  private static GetEventsResponse frame(long from, long to) {
    GetEventsResponse.Builder frame = GetEventsResponse.newBuilder();
    for (long version = from; version <= to; version++) {
      frame.addEvents(
          dev.aether.v1.Event.newBuilder()
              .setActorId("a")
              .setVersion(version)
              .setEventType("Counted")
              .setEventId("e" + version)
              .setContentType("application/json")
              .setData(ByteString.copyFromUtf8("" + version))
              .putMetadata("k", "v")
              .setTimestamp(Timestamp.newBuilder().setSeconds(1).setNanos(2)));
    }
    return frame.build();
  }

  private static GetEventsResponse largeFrame(long version) {
    return GetEventsResponse.newBuilder()
        .addEvents(
            dev.aether.v1.Event.newBuilder()
                .setVersion(version)
                .setData(ByteString.copyFrom(new byte[LARGE_FRAME_BYTES])))
        .build();
  }
}
