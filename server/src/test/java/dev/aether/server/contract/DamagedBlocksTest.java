package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Empty;
import dev.aether.server.ServerConfig;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.BlockDamage;
import dev.aether.server.testing.Damage;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SubscribeResponse.FrameCase;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Blocks of a log that a disk damaged while nats-server was stopped: what each call says then. The
 * short version takes some places and kinds; {@code -Daether.damaged.blocks=all} takes all, and
 * prints the table.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedBlocksTest {
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final boolean WHOLE_TABLE =
      "all".equals(System.getProperty("aether.damaged.blocks"));
  private static final long SEED = Long.getLong("aether.seed", System.nanoTime());

  /** Of a size that gives the log some blocks: nats-server begins another at 8 MiB. */
  private static final int COMMIT_BYTES = 250_000;

  private static final int COMMITS = 80;

  /** Here begins the block that nats-server writes to. */
  private static final long LAST_BLOCK = 67;

  /** Whose record lies at a place; the others' are those of "even" and "odd" by turns. */
  private static final Map<Long, String> OTHERS =
      Map.of(
          9L, "past", 10L, "past", 11L, "past", 20L, "once", 50L, "later", 51L, "later", 80L,
          "newest");

  private final String namespace = "damaged";
  private TestNatsServer nats;
  private String stream;
  private Path sound;

  /** Where each actor's records lie; a commit holds one event. */
  private final Map<String, List<Long>> records = new HashMap<>();

  /** What is damaged how. */
  record Case(long place, BlockDamage.Kind kind, boolean withIndex) {
    String actor() {
      return actorAt(place);
    }
  }

  private static String actorAt(long place) {
    return OTHERS.getOrDefault(place, place % 2 == 0 ? "even" : "odd");
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (BlockDamage.Kind kind : BlockDamage.Kind.values()) {
      for (boolean withIndex : new boolean[] {true, false}) {
        for (long place : new long[] {1, 9, 10, 11, 20, 45, 51, 78, 79, 80}) {
          boolean isShort =
              kind == BlockDamage.Kind.FLIPPED && (place == 11 || place == 79)
                  || kind == BlockDamage.Kind.FLIPPED_SUBJECT && place == 51
                  || kind == BlockDamage.Kind.ZEROED && (place == 1 || place == 20)
                  || kind == BlockDamage.Kind.TRUNCATED && place == 45;
          if (WHOLE_TABLE || isShort) {
            cases.add(new Case(place, kind, withIndex));
          }
        }
      }
    }
    return cases;
  }

  @BeforeAll
  void fill() throws Exception {
    nats = TestNatsServer.start();
    try (Node node = newNode()) {
      for (long place = 1; place <= COMMITS; place++) {
        records.computeIfAbsent(actorAt(place), unused -> new ArrayList<>()).add(place);
        var unused =
            node.save(
                SaveEventsRequest.newBuilder()
                    .setNamespace(namespace)
                    .setActorId(actorAt(place))
                    .setCommitId("c" + place)
                    .setAnyVersion(Empty.getDefaultInstance())
                    .addEvents(Requests.heavyEvent(COMMIT_BYTES)));
      }
    }
    stream = Damage.logOf(nats, namespace);
    nats.stop();
    assertTrue(BlockDamage.blocks(nats, stream) >= 3, "one block is no test of several");
    sound = Files.createTempDirectory("aether-sound-").resolve("store");
    nats.copyStore(sound);
  }

  @AfterAll
  void end() throws IOException {
    nats.close();
  }

  private long had(String actor) {
    return records.getOrDefault(actor, List.of()).size();
  }

  private Node newNode() {
    return Node.start(
        ServerConfig.on(new ServerConfig.StoreChoice.Nats(List.of(nats.url()), BOUND)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void damageIsToldAndNoVersionIsGivenTwice(Case damage) throws Exception {
    nats.stop();
    nats.putStoreBack(sound);
    BlockDamage.damage(nats, stream, damage.place(), damage.kind(), damage.withIndex(), SEED);
    nats.restart();
    String actor = damage.actor();
    long version = had(actor);
    try (Node node = newNode()) {
      Told told = new Told();
      String table =
          String.join(
              " | ",
              damage.toString(),
              told.of("latest", () -> "" + node.latest(namespace, actor), "" + version),
              told.of("events", () -> events(node, actor, false), versions(version)),
              told.of("events, report", () -> events(node, actor, true), versions(version)),
              told.of("load", () -> load(node, actor, false), versions(version)),
              told.of("load, report", () -> load(node, actor, true), versions(version)),
              told.of("log", () -> log(node, false), versions(COMMITS)),
              told.of("log, report", () -> log(node, true), versions(COMMITS)),
              told.of("subscribe, report", () -> subscribe(node), versions(COMMITS)));
      for (SaveEventsRequest.Builder save :
          List.of(
              Requests.saveAt(namespace, actor, version),
              Requests.saveAt(namespace, actor, 0),
              Requests.saveAny(namespace, actor),
              Requests.saveAt(namespace, actor, version - 1),
              Requests.saveAny(namespace, "even"),
              Requests.saveAt(namespace, "new", 0))) {
        table +=
            " | save "
                + save.getActorId()
                + " at "
                + (save.hasAnyVersion() ? "any" : save.getExpectedVersion())
                + ": "
                + save(node, save, isCutOff(damage));
      }
      if (WHOLE_TABLE) {
        System.out.println(table);
      }
      assertTrue(isCutOff(damage) || told.nothingSilent(endsEarlier(damage)), table);
      if (isFoundByLooking(damage)) {
        Await.until(
            "health to say so",
            BOUND,
            () -> node.health("aether.integrity") == ServingStatus.NOT_SERVING);
      }
    }
  }

  /** With its index, nats-server counts a record that it can't read. */
  private static boolean isFoundByLooking(Case damage) {
    boolean readable =
        damage.kind() == BlockDamage.Kind.FLIPPED
            || damage.kind() == BlockDamage.Kind.FLIPPED_SUBJECT;
    return !(damage.withIndex() && readable);
  }

  /** The log ends earlier: its readers get all up to there, the actors' are told. */
  private static boolean endsEarlier(Case damage) {
    return damage.place() >= LAST_BLOCK
        && (damage.kind() == BlockDamage.Kind.ZEROED || damage.kind() == BlockDamage.Kind.RANDOM);
  }

  /** Nothing is left of the end but that JetStream says, until its restart, that it cut it off. */
  private static boolean isCutOff(Case damage) {
    return !damage.withIndex() && damage.place() >= LAST_BLOCK;
  }

  /** A save of the actor's next version is sound; one of a version that it had is not. */
  private String save(Node node, SaveEventsRequest.Builder save, boolean isCutOff) {
    long had = had(save.getActorId());
    try {
      SaveEventsResponse saved = node.save(save);
      assertTrue(
          saved.getFirstVersion() > had || isCutOff,
          () -> save.getActorId() + " had version " + had + " and got " + saved);
      return "version " + saved.getFirstVersion();
    } catch (StatusRuntimeException e) {
      return Refusal.of(e).reason();
    }
  }

  /** What calls said; each must have brought all, or have told that something is missing. */
  private static final class Told {
    private final List<String> silent = new ArrayList<>();

    interface Call {
      String run() throws Exception;
    }

    String of(String name, Call call, String whole) throws Exception {
      String answer;
      try {
        answer = call.run();
      } catch (StatusRuntimeException e) {
        answer = Refusal.of(e).reason();
        assertEquals("CORRUPT_RECORD", answer, name);
      }
      if (!answer.equals(whole)
          && !answer.contains("CORRUPT_RECORD")
          && !answer.contains("error")) {
        silent.add(name);
      }
      return name + ": " + (answer.equals(whole) ? "whole" : answer);
    }

    boolean nothingSilent(boolean exceptTheLog) {
      return silent.stream()
          .allMatch(
              name -> exceptTheLog && (name.startsWith("log") || name.startsWith("subscribe")));
    }
  }

  private static String versions(long to) {
    return LongStream.rangeClosed(1, to).boxed().toList().toString();
  }

  private String events(Node node, String actor, boolean report) {
    return frames(
        node.store()
            .getEvents(
                GetEventsRequest.newBuilder()
                    .setNamespace(namespace)
                    .setActorId(actor)
                    .setReportCorrupt(report)
                    .build()),
        (GetEventsResponse frame, Seen seen) -> {
          frame.getEventsList().forEach(event -> seen.at(event.getVersion()));
          seen.errors += frame.getErrorsCount();
        });
  }

  private String load(Node node, String actor, boolean report) {
    return frames(
        node.store()
            .loadActor(
                LoadActorRequest.newBuilder()
                    .setNamespace(namespace)
                    .setActorId(actor)
                    .setReportCorrupt(report)
                    .build()),
        (LoadActorResponse frame, Seen seen) -> {
          frame.getEventsList().forEach(event -> seen.at(event.getVersion()));
          seen.errors += frame.getErrorsCount();
        });
  }

  private String log(Node node, boolean report) {
    return frames(
        node.store()
            .readLog(
                ReadLogRequest.newBuilder()
                    .setNamespacePattern(namespace)
                    .setReportCorrupt(report)
                    .build()),
        (ReadLogResponse frame, Seen seen) -> {
          frame.getCommitsList().forEach(at -> seen.at(at.getPosition()));
          seen.errors += frame.getErrorsCount();
        });
  }

  private String subscribe(Node node) {
    try (Subscriber subscriber =
        Subscriber.open(node, Requests.fromBeginning(namespace).setReportCorrupt(true))) {
      subscriber.awaitCaughtUp();
      Seen seen = new Seen();
      subscriber.commits().forEach(at -> seen.at(at.getPosition()));
      seen.errors = subscriber.frames(FrameCase.ERROR).size();
      return seen.toString();
    }
  }

  private static final class Seen {
    private final List<Long> versions = new ArrayList<>();
    private int errors;

    void at(long version) {
      versions.add(version);
    }

    @Override
    public String toString() {
      return versions + (errors == 0 ? "" : " and " + errors + " errors");
    }
  }

  private interface Take<T> {
    void take(T frame, Seen seen);
  }

  private static <T> String frames(Iterator<T> frames, Take<T> take) {
    Seen seen = new Seen();
    try {
      frames.forEachRemaining(frame -> take.take(frame, seen));
      return seen.toString();
    } catch (StatusRuntimeException e) {
      return seen + " then " + Refusal.of(e).reason();
    }
  }
}
