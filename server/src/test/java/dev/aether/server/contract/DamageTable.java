package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Empty;
import dev.aether.server.testing.Await;
import dev.aether.v1.Event;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * A log of a few blocks, what each call says of it after one was damaged, and whether that is true.
 */
final class DamageTable {
  private static final Duration BOUND = Duration.ofSeconds(60);

  /** Of a size that gives the log some blocks: nats-server begins another at 8 MiB. */
  private static final int COMMIT_BYTES = 250_000;

  static final int COMMITS = 80;

  /** Here begins the block that nats-server writes to. */
  static final long LAST_BLOCK = 67;

  /**
   * The records that are damaged by turns: of each block and of each actor, first and last ones.
   */
  static final List<Long> PLACES = List.of(1L, 9L, 10L, 11L, 20L, 45L, 51L, 78L, 79L, 80L);

  /** Whose record lies at a place; the others' are those of "even" and "odd" by turns. */
  private static final Map<Long, String> OTHERS =
      Map.of(
          9L, "past", 10L, "past", 11L, "past", 20L, "once", 50L, "later", 51L, "later", 80L,
          "newest");

  private final String namespace;

  /** How many events each actor has. */
  private final Map<String, Long> versions = new HashMap<>();

  private final List<String> silent = new ArrayList<>();
  private final List<String> again = new ArrayList<>();
  private boolean onlyOneIsMissing = true;

  static String actorAt(long place) {
    return OTHERS.getOrDefault(place, place % 2 == 0 ? "even" : "odd");
  }

  DamageTable(String namespace) {
    this.namespace = namespace;
    LongStream.rangeClosed(1, COMMITS).forEach(at -> versions.merge(actorAt(at), 1L, Long::sum));
  }

  /** Makes the log. */
  static void fill(Node node, String namespace) {
    for (long place = 1; place <= COMMITS; place++) {
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

  /** What calls say of the log and of an actor. */
  String row(Node node, String actor) {
    long version = had(actor);
    List<String> cells = new ArrayList<>();
    cells.add(read("latest", () -> "" + node.latest(namespace, actor), "" + version));
    cells.add(read("events", () -> events(node, actor, false), upTo(version)));
    cells.add(read("events, report", () -> events(node, actor, true), upTo(version)));
    for (boolean backwards : new boolean[] {false, true}) {
      GetEventsRequest.Builder request =
          GetEventsRequest.newBuilder()
              .setNamespace(namespace)
              .setActorId(actor)
              .setBackwards(backwards)
              .setReportCorrupt(true);
      onlyOneIsMissing &= onceItIsLed(() -> node.events(request)).size() == version - 1;
    }
    cells.add(read("backwards, report", () -> backwards(node, actor), upTo(version)));
    cells.add(read("load", () -> load(node, actor, false), upTo(version)));
    cells.add(read("load, report", () -> load(node, actor, true), upTo(version)));
    cells.add(read("log", () -> log(node, false), upTo(COMMITS)));
    cells.add(read("log, report", () -> log(node, true), upTo(COMMITS)));
    cells.add(read("subscribe, report", () -> subscribe(node), upTo(COMMITS)));
    for (SaveEventsRequest.Builder save :
        List.of(
            Requests.saveAt(namespace, actor, version),
            Requests.saveAt(namespace, actor, 0),
            Requests.saveAny(namespace, actor),
            Requests.saveAt(namespace, actor, version - 1),
            Requests.saveAny(namespace, "even"),
            Requests.saveAt(namespace, "new", 0))) {
      cells.add(save(node, save));
    }
    return String.join(" | ", cells);
  }

  private long had(String actor) {
    return versions.getOrDefault(actor, 0L);
  }

  /** Reads that brought less than all and said nothing of it. */
  List<String> silent() {
    return silent;
  }

  /** Whether reads of the actor that go on after damage brought all its events but one. */
  boolean onlyOneIsMissing() {
    return onlyOneIsMissing;
  }

  /** Saves that were given versions that the log had before. */
  List<String> givenAgain() {
    return again;
  }

  private String save(Node node, SaveEventsRequest.Builder save) {
    String expected = save.hasAnyVersion() ? "any" : Long.toString(save.getExpectedVersion());
    String name = "save " + save.getActorId() + " at " + expected;
    try {
      SaveEventsResponse saved = node.save(save);
      if (saved.getFirstVersion() <= had(save.getActorId())) {
        again.add(name);
      }
      return name + ": version " + saved.getFirstVersion();
    } catch (StatusRuntimeException e) {
      return name + ": " + Refusal.of(e).reason();
    }
  }

  /**
   * Repeats a call while the log has no leader that answers: until one is elected, and until that
   * one is ready.
   */
  static <T> T onceItIsLed(Supplier<T> call) {
    return Await.value(
        "a leader",
        BOUND,
        () -> {
          try {
            return Optional.of(call.get());
          } catch (StatusRuntimeException e) {
            if (isWithoutLeader(e)) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  private static boolean isWithoutLeader(StatusRuntimeException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("no response in time") || message.contains("(10008)");
  }

  private String read(String name, Supplier<String> call, String whole) {
    String answer;
    try {
      answer = onceItIsLed(call);
    } catch (StatusRuntimeException e) {
      answer = Refusal.of(e).reason();
      assertEquals("CORRUPT_RECORD", answer, () -> name + ": " + e.getMessage());
    }
    if (!answer.equals(whole) && !answer.contains("CORRUPT_RECORD") && !answer.contains("error")) {
      silent.add(name);
    }
    return name + ": " + (answer.equals(whole) ? "whole" : shortened(answer));
  }

  /** Numbers that follow each other as their first and last. */
  private static String shortened(String answer) {
    int end = answer.indexOf(']');
    if (end < 2) {
      return answer;
    }
    List<String> parts = new ArrayList<>();
    long first = 0;
    long last = 0;
    for (String number : answer.substring(1, end).split(", ", -1)) {
      long next = Long.parseLong(number);
      if (first > 0 && next != last + 1) {
        parts.add(first + "-" + last);
        first = next;
      }
      first = first == 0 ? next : first;
      last = next;
    }
    parts.add(first + "-" + last);
    return parts + answer.substring(end + 1);
  }

  private static String upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList().toString();
  }

  private String events(Node node, String actor, boolean report) {
    return events(node, actor, report, false);
  }

  /** In the order of their versions. */
  private String backwards(Node node, String actor) {
    return events(node, actor, true, true);
  }

  private String events(Node node, String actor, boolean report, boolean backwards) {
    return frames(
        node.store()
            .getEvents(
                GetEventsRequest.newBuilder()
                    .setNamespace(namespace)
                    .setActorId(actor)
                    .setBackwards(backwards)
                    .setReportCorrupt(report)
                    .build()),
        (GetEventsResponse frame, Seen seen) -> {
          for (Event event : frame.getEventsList()) {
            seen.at(backwards ? 0 : seen.versions.size(), event.getVersion());
          }
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
      at(versions.size(), version);
    }

    void at(int index, long version) {
      versions.add(index, version);
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
      if (isWithoutLeader(e)) {
        throw e;
      }
      return seen + " then " + Refusal.of(e).reason();
    }
  }
}
