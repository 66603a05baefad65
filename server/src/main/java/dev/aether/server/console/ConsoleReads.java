package dev.aether.server.console;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.aether.server.bus.EventFilter;
import dev.aether.server.bus.LogScan;
import dev.aether.server.bus.SubscribeCommand;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Cursor;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.requests.FieldViolations;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.grpc.tokens.ActorPageToken;
import dev.aether.server.grpc.tokens.CursorCodec;
import dev.aether.server.ops.HttpAnswer;
import dev.aether.server.ops.HttpQuestion;
import dev.aether.server.ops.Route;
import dev.aether.server.security.Right;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.ActorVersions;
import dev.aether.server.store.Actors;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Snapshots;
import dev.aether.server.store.Store;
import dev.aether.v1.Commit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the console reads of actors and logs, each for callers who may read it. Thread-safe. */
final class ConsoleReads {
  private static final String NAMESPACE = "namespace";

  private static final int ACTORS = 100;
  private static final int EVENTS = 100;

  /** Of the data of the events in one answer; one more event may exceed it. */
  private static final int BYTES = 2 * 1024 * 1024;

  /** A cursor over more namespaces does not fit into the address of a request. */
  private static final int TAILED_NAMESPACES = 256;

  private static final int CURSOR_TEXT = 14 * 1024;
  private static final long MAX_CURSOR_ELEMENTS = 16 * TAILED_NAMESPACES;
  private static final Duration WITHIN = Duration.ofSeconds(10);

  /**
   * How long one request reads a log. A filter may match nothing in a long one, and a browser that
   * has left keeps a thread of the endpoint until its answer is made.
   */
  private static final Duration TAIL_WITHIN = Duration.ofSeconds(5);

  private final Store store;
  private final Duration tailWithin;

  ConsoleReads(Store store) {
    this(store, TAIL_WITHIN);
  }

  /**
   * @param tailWithin after this time, an answer with the events of a log ends with the next page
   */
  ConsoleReads(Store store, Duration tailWithin) {
    this.store = store;
    this.tailWithin = tailWithin;
  }

  List<Route> routes() {
    return List.of(
        Route.forIdentity("/api/actors", this::actors),
        Route.forIdentity("/api/events", this::events),
        Route.forIdentity("/api/snapshot", this::snapshot),
        Route.forIdentity("/api/tail", this::tail));
  }

  /** The actors of a namespace whose ids have a prefix. */
  private HttpAnswer actors(HttpQuestion question) {
    Namespace namespace = namespace(question);
    String prefix = question.parameter("prefix").orElse("");
    ActorPageToken tokens = new ActorPageToken(namespace, prefix, false);
    Actors.Page page =
        await(
            store
                .actors()
                .list(
                    new Actors.Query(
                        namespace,
                        prefix,
                        ACTORS,
                        false,
                        question.parameter("page").map(tokens::decode))));
    JsonArray actors = new JsonArray();
    page.actors()
        .forEach(
            listed -> {
              JsonObject actor = new JsonObject();
              actor.addProperty("actorId", listed.actor().value());
              actor.addProperty("version", Long.toUnsignedString(listed.version()));
              actors.add(actor);
            });
    JsonObject answer = new JsonObject();
    answer.add("actors", actors);
    page.next().ifPresent(next -> answer.addProperty("nextPage", tokens.encode(next)));
    return HttpAnswer.json(200, answer.toString());
  }

  /** Events of an actor, the newest first, from a version downwards. */
  private HttpAnswer events(HttpQuestion question) {
    Namespace namespace = namespace(question);
    ActorId actor = actor(question);
    long to = question.parameter("to").map(ConsoleReads::version).orElse(Long.MAX_VALUE);
    ActorVersions versions = await(store.events().versions(namespace, actor));
    ActorReader reader = store.events().read(new ActorRange(namespace, actor, 0, to, true));
    Batch batch = new Batch();
    while (!batch.isFull()) {
      List<LogEntry> page = await(reader.next());
      if (page.isEmpty()) {
        break;
      }
      page.forEach(entry -> batch.addBackwards(entry, to));
    }
    JsonObject answer = batch.json();
    answer.addProperty("latest", Long.toUnsignedString(versions.latest()));
    answer.addProperty("firstKept", Long.toUnsignedString(versions.firstKept()));
    return HttpAnswer.json(200, answer.toString());
  }

  private HttpAnswer snapshot(HttpQuestion question) {
    Optional<Snapshots.Kept> kept =
        await(store.snapshots().latest(namespace(question), actor(question)));
    JsonObject answer = new JsonObject();
    kept.ifPresent(found -> answer.add("snapshot", EventJson.snapshot(found.snapshot())));
    return HttpAnswer.json(200, answer.toString());
  }

  /**
   * The events after a cursor; without one, none, and a cursor for the next request. If there are
   * more, or there was no time to look for them, the answer says that there are more.
   */
  private HttpAnswer tail(HttpQuestion question) {
    NamePattern pattern = namespaces(question.parameter("pattern").orElse(">"));
    question.caller().require(Right.SUBSCRIBE, pattern.text());
    Set<String> types =
        question.parameter("type").filter(type -> !type.isEmpty()).map(Set::of).orElse(Set.of());
    Optional<NamePattern> actors =
        question.parameter("actor").filter(actor -> !actor.isEmpty()).map(ConsoleReads::actors);
    CursorCodec cursors = new CursorCodec(store.namespaces().storeId(), pattern);
    SubscribeCommand.Start start =
        question
            .parameter("cursor")
            .map(text -> (SubscribeCommand.Start) after(cursors, text))
            .orElseGet(SubscribeCommand.Start.Live::new);
    LogScan scan =
        new LogScan(
            store,
            new SubscribeCommand(pattern, start, new EventFilter(types, actors), true, false),
            EVENTS);
    Batch batch = new Batch();
    long end = System.nanoTime() + tailWithin.toNanos();
    for (Optional<List<LogEntry>> page = await(scan.next());
        page.isPresent();
        page = await(scan.next())) {
      page.get().forEach(entry -> batch.add(entry, types));
      if (batch.isFull()) {
        break;
      }
      if (System.nanoTime() - end >= 0) {
        batch.leaveRest();
        break;
      }
    }
    Cursor reached = scan.cursor();
    String cursor = reached.positions().size() > TAILED_NAMESPACES ? "" : cursors.encode(reached);
    if (cursor.isEmpty() || cursor.length() > CURSOR_TEXT) {
      throw new StoreException.InvalidRequest(
          "pattern",
          "matches " + reached.positions().size() + " namespaces, too many to show at once");
    }
    JsonObject answer = batch.json();
    answer.addProperty("cursor", cursor);
    return HttpAnswer.json(200, answer.toString());
  }

  private static SubscribeCommand.Start.After after(CursorCodec cursors, String text) {
    Cursor cursor =
        cursors.decode(
            text,
            elements -> {
              if (elements > MAX_CURSOR_ELEMENTS) {
                throw StoreException.cursorUnknown("it has too many positions");
              }
            });
    return new SubscribeCommand.Start.After(cursor, Map.of());
  }

  /** Events for one answer. */
  private static final class Batch {
    private final JsonArray events = new JsonArray();
    private int bytes;
    private boolean left;

    /** There may be more, which nobody has looked for. */
    void leaveRest() {
      left = true;
    }

    boolean isFull() {
      return events.size() >= EVENTS || bytes >= BYTES;
    }

    void addBackwards(LogEntry entry, long to) {
      if (entry instanceof LogEntry.Corrupt corrupt) {
        events.add(EventJson.corrupt(corrupt));
      } else if (entry instanceof LogEntry.StoredCommit stored) {
        Commit commit = stored.commit().decode();
        for (int i = commit.getEventsCount() - 1; i >= 0; i--) {
          if (commit.getEvents(i).getVersion() <= to) {
            add(stored, commit, i);
          }
        }
      }
    }

    void add(LogEntry entry, Set<String> types) {
      if (entry instanceof LogEntry.Corrupt corrupt) {
        events.add(EventJson.corrupt(corrupt));
      } else if (entry instanceof LogEntry.StoredCommit stored) {
        Commit commit = stored.commit().decode();
        for (int i = 0; i < commit.getEventsCount(); i++) {
          if (types.isEmpty() || types.contains(commit.getEvents(i).getEventType())) {
            events.add(EventJson.event(stored, commit, i));
            bytes += commit.getEvents(i).getSerializedSize();
          }
        }
      }
    }

    /** Adds an event unless the answer is full: an actor's history can be cut within a commit. */
    private void add(LogEntry.StoredCommit stored, Commit commit, int index) {
      if (isFull()) {
        left = true;
        return;
      }
      events.add(EventJson.event(stored, commit, index));
      bytes += commit.getEvents(index).getSerializedSize();
    }

    JsonObject json() {
      JsonObject json = new JsonObject();
      json.add("events", events);
      json.addProperty("more", left || isFull());
      return json;
    }
  }

  private static Namespace namespace(HttpQuestion question) {
    String name = question.parameter(NAMESPACE).orElse(Namespace.DEFAULT.name());
    question.caller().require(Right.READ, name);
    check(NAMESPACE, Namespace.violation(name));
    return new Namespace(name);
  }

  private static ActorId actor(HttpQuestion question) {
    String id = question.parameter("actor").orElse("");
    check("actor", ActorId.violation(id));
    return new ActorId(id);
  }

  private static NamePattern namespaces(String pattern) {
    FieldViolations violations = new FieldViolations();
    RequestNames.checkNamespacePattern("pattern", pattern, violations);
    violations.check();
    return RequestNames.namespacePattern(pattern);
  }

  private static NamePattern actors(String pattern) {
    check("actor", NamePattern.violation(pattern));
    return NamePattern.of(pattern);
  }

  private static long version(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new StoreException.InvalidRequest("to", "is not a version");
    }
  }

  private static void check(String parameter, Optional<String> violation) {
    violation.ifPresent(
        why -> {
          throw new StoreException.InvalidRequest(parameter, why);
        });
  }

  /** Waits for the store, on a thread of the HTTP endpoint. */
  static <T> T await(CompletableFuture<T> result) {
    try {
      return result.get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof StoreException why
          ? why
          : new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw StoreException.storeUnavailable("no answer within " + WITHIN.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StoreException.storeUnavailable("the node is stopping");
    }
  }
}
