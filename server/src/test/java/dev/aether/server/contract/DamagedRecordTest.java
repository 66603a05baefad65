package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.server.ServerConfig;
import dev.aether.server.testing.Damage;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.Event;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.ReplayError;
import dev.aether.v1.SubscribeResponse.FrameCase;
import dev.aether.v1.VersionConflict;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A record in the middle of a log and of an actor that can't be read. */
class DamagedRecordTest {
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final int COMMITS = 40;

  /** Even positions are the actor's, odd ones another's; this one is the actor's 10th. */
  private static final long DAMAGED_AT = 20;

  private static final long DAMAGED_VERSION = 10;

  private final String namespace = Requests.unique("damaged");
  private TestNatsServer nats;
  private Node node;

  @BeforeEach
  void start() {
    nats = TestNatsServer.start();
    node = newNode();
    for (int i = 0; i < COMMITS; i++) {
      node.save(Requests.saveAt(namespace, i % 2 == 0 ? "other" : "actor", i / 2));
    }
  }

  private Node newNode() {
    return Node.start(
        ServerConfig.on(new ServerConfig.StoreChoice.Nats(List.of(nats.url()), BOUND)));
  }

  @AfterEach
  void end() {
    node.close();
    nats.close();
  }

  /** The record is damaged while no node runs. */
  private void damage(Damage.Part part) throws Exception {
    damage(DAMAGED_AT, part);
  }

  private void damage(long position, Damage.Part part) throws Exception {
    node.close();
    Damage.damage(nats, Damage.logOf(nats, namespace), position, part);
    node = newNode();
  }

  private static List<Long> without(LongStream numbers, long left) {
    return numbers.filter(number -> number != left).boxed().toList();
  }

  private void assertDamage(Refusal refusal) {
    assertEquals("CORRUPT_RECORD", refusal.reason());
    assertEquals(Status.Code.DATA_LOSS, refusal.code());
    ReplayError error = refusal.replayError();
    assertEquals("actor", error.getActorId());
    assertEquals(DAMAGED_AT, error.getPosition());
    assertFalse(error.getReason().isEmpty());
  }

  @ParameterizedTest
  @EnumSource
  void readersOfTheActorAreToldAndGetTheRestIfTheyAskForIt(Damage.Part part) throws Exception {
    damage(part);
    for (boolean backwards : new boolean[] {false, true}) {
      GetEventsRequest.Builder request =
          GetEventsRequest.newBuilder()
              .setNamespace(namespace)
              .setActorId("actor")
              .setBackwards(backwards);
      List<Long> before = new ArrayList<>();
      StatusRuntimeException ended =
          assertThrows(
              StatusRuntimeException.class,
              () -> {
                Iterator<GetEventsResponse> frames = node.store().getEvents(request.build());
                while (frames.hasNext()) {
                  before.addAll(Contract.versions(frames.next().getEventsList()));
                }
              });
      assertDamage(Refusal.of(ended));
      List<Long> sound = without(LongStream.rangeClosed(1, COMMITS / 2), DAMAGED_VERSION);
      List<Long> inOrder = new ArrayList<>(sound);
      if (backwards) {
        Collections.reverse(inOrder);
      }
      int upTo = (int) (backwards ? COMMITS / 2 - DAMAGED_VERSION : DAMAGED_VERSION - 1);
      assertEquals(inOrder.subList(0, upTo), before);

      List<GetEventsResponse> all = node.frames(request.setReportCorrupt(true));
      List<Event> events = all.stream().flatMap(f -> f.getEventsList().stream()).toList();
      assertEquals(inOrder, Contract.versions(events));
      List<ReplayError> errors = all.stream().flatMap(f -> f.getErrorsList().stream()).toList();
      assertEquals(List.of(DAMAGED_AT), errors.stream().map(ReplayError::getPosition).toList());
      assertEquals("actor", errors.get(0).getActorId());
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoNeedsNothingOfTheRecordIsNotConcerned(Damage.Part part) throws Exception {
    damage(part);
    assertEquals(
        Contract.versions(1, COMMITS / 2), Contract.versions(node.events(namespace, "other")));
    assertEquals(COMMITS / 2, node.latest(namespace, "actor"));
    assertEquals(
        Contract.versions(11, 14),
        Contract.versions(
            node.events(
                GetEventsRequest.newBuilder()
                    .setNamespace(namespace)
                    .setActorId("actor")
                    .setFromVersion(11)
                    .setToVersion(14))));
    for (boolean backwards : new boolean[] {false, true}) {
      assertEquals(
          List.of(backwards ? COMMITS / 2L : 1L),
          Contract.versions(
              node.events(
                  GetEventsRequest.newBuilder()
                      .setNamespace(namespace)
                      .setActorId("actor")
                      .setMaxCount(1)
                      .setBackwards(backwards))));
    }
    node.save(Requests.saveAt(namespace, "actor", COMMITS / 2));
    assertEquals(
        COMMITS / 2 + 1,
        Refusal.of(() -> node.save(Requests.saveAt(namespace, "actor", 3)))
            .conflict()
            .getCurrentVersion());
  }

  @ParameterizedTest
  @EnumSource
  void itEndsWhatAConflictBrings(Damage.Part part) throws Exception {
    damage(part);
    for (long expected : new long[] {3, DAMAGED_VERSION}) {
      VersionConflict conflict =
          Refusal.of(
                  () ->
                      node.save(
                          Requests.saveAt(namespace, "actor", expected).setMaxMissedEvents(8)))
              .conflict();
      assertEquals(COMMITS / 2, conflict.getCurrentVersion());
      long last = expected < DAMAGED_VERSION ? DAMAGED_VERSION - 1 : expected + 8;
      assertEquals(
          Contract.versions(expected + 1, last), Contract.versions(conflict.getMissedEventsList()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void readersOfTheLogAreToldAndGetTheRestIfTheyAskForIt(Damage.Part part) throws Exception {
    damage(part);
    ReadLogRequest.Builder request = ReadLogRequest.newBuilder().setNamespacePattern(namespace);
    List<Long> before = new ArrayList<>();
    StatusRuntimeException ended =
        assertThrows(
            StatusRuntimeException.class,
            () -> {
              Iterator<ReadLogResponse> frames = node.store().readLog(request.build());
              while (frames.hasNext()) {
                frames.next().getCommitsList().forEach(at -> before.add(at.getPosition()));
              }
            });
    assertDamage(Refusal.of(ended));
    assertEquals(LongStream.range(1, DAMAGED_AT).boxed().toList(), before);

    List<Long> all = new ArrayList<>();
    List<Long> errors = new ArrayList<>();
    node.store()
        .readLog(request.setReportCorrupt(true).build())
        .forEachRemaining(
            frame -> {
              frame.getCommitsList().forEach(at -> all.add(at.getPosition()));
              frame.getErrorsList().forEach(error -> errors.add(error.getPosition()));
            });
    assertEquals(without(LongStream.rangeClosed(1, COMMITS), DAMAGED_AT), all);
    assertEquals(List.of(DAMAGED_AT), errors);
  }

  @ParameterizedTest
  @EnumSource
  void subscribersAreToldAndGetTheRestIfTheyAskForIt(Damage.Part part) throws Exception {
    damage(part);
    try (Subscriber strict = Subscriber.open(node, Requests.fromBeginning(namespace));
        Subscriber told =
            Subscriber.open(node, Requests.fromBeginning(namespace).setReportCorrupt(true))) {
      assertDamage(strict.awaitEnd(BOUND));
      assertEquals(DAMAGED_AT - 1, strict.commits().size());
      told.awaitCaughtUp();
      assertEquals(
          without(LongStream.rangeClosed(1, COMMITS), DAMAGED_AT),
          told.commits().stream().map(at -> at.getPosition()).toList());
      assertEquals(1, told.frames(FrameCase.ERROR).size());
      try (Subscriber resumed =
          Subscriber.open(
              node, Requests.after(namespace, strict.cursor()).setReportCorrupt(true))) {
        resumed.awaitCaughtUp();
        assertEquals(COMMITS - DAMAGED_AT, resumed.commits().size());
        assertEquals(1, resumed.frames(FrameCase.ERROR).size());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedFirstRecordHidesNotTheVersions(Damage.Part part) throws Exception {
    damage(2, part);
    GetLatestVersionResponse versions =
        node.store()
            .getLatestVersion(
                GetLatestVersionRequest.newBuilder()
                    .setNamespace(namespace)
                    .setActorId("actor")
                    .build());
    assertEquals(COMMITS / 2, versions.getVersion());
    assertEquals(1, versions.getFirstKeptVersion());
  }
}
