package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.ServerConfig;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsCluster;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.CommitAt;
import dev.aether.v1.Detail;
import dev.aether.v1.Filter;
import dev.aether.v1.PartitionPositions;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse.FrameCase;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * JetStream's files are put back to an older copy under running nodes, so that logs have lost their
 * ends, as after a power failure of a NATS that acknowledges before it syncs. The logs grow again:
 * one slowly, under the nodes' eyes, and one before any node sees it.
 */
class LostTailTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int KEPT = 10;
  private static final int LOST = 20;
  private static final int NEW = 30;

  /** After this commit stands the cursor that survives. */
  private static final int KEPT_READ = KEPT;

  private static final String CACHED = "cached";

  private static TestNatsCluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestNatsCluster.start(3);
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  @Test
  void aStoreOnOneServerThatLostCommitsServesNobodyWhatIsGoneAndEverybodyWhatIsThere(
      @TempDir Path copies) {
    try (TestNatsServer nats = TestNatsServer.start()) {
      losesItsTail(new Servers(List.of(nats), () -> {}), copies);
    }
  }

  @Test
  void aStoreOnThreeServersThatLostCommitsServesNobodyWhatIsGoneAndEverybodyWhatIsThere(
      @TempDir Path copies) {
    losesItsTail(three(), copies);
  }

  /** The others have what it lost. */
  @Test
  void oneReplicaThatIsPutBackToAnOlderCopyIsBroughtUpToDate(@TempDir Path copies) {
    Servers nats = three();
    TestNatsServer replica = nats.all().get(2);
    try (Node a = Node.start(nats.config("node-a"));
        Node b = Node.start(nats.config("node-b"))) {
      Log log = new Log(a, b, Requests.unique("healed"));
      log.save(a, "early", KEPT, 1);
      log.readSome();
      replica.kill();
      replica.copyStore(copies.resolve("early"));
      nats.start();
      log.save(a, "late", LOST, 1);
      try (Subscriber before = Subscriber.open(b, Requests.fromBeginning(log.namespace))) {
        String cursor = before.awaitCommits(KEPT + LOST).cursor();
        replica.kill();
        replica.putStoreBack(copies.resolve("early"));
        nats.start();
        log.isServedAsItIs();
        nats.all().get(0).kill();
        log.isServedAsItIs();
        nats.start();
        before.awaitCommits(log.stored.size());
        assertEquals(log.stored, before.commitIds());
        try (Subscriber after = Subscriber.open(a, Requests.after(log.namespace, cursor))) {
          after.awaitCaughtUp();
          assertEquals(log.stored.subList(KEPT + LOST, log.stored.size()), after.commitIds());
        }
      }
    }
  }

  private static Servers three() {
    return new Servers(IntStream.range(0, 3).mapToObj(cluster::node).toList(), cluster::awaitReady);
  }

  /** What the nodes stand on. */
  private record Servers(List<TestNatsServer> all, Runnable ready) {
    ServerConfig config(String node) {
      List<String> urls = all.stream().map(TestNatsServer::url).toList();
      return ServerConfig.on(new ServerConfig.StoreChoice.Nats(urls, BOUND))
          .withReplicas(all.size())
          .withNodeId(node);
    }

    void kill() {
      all.forEach(TestNatsServer::kill);
    }

    /** Starts those that don't run. */
    void start() {
      all.stream().filter(server -> !server.isRunning()).forEach(TestNatsServer::restart);
      ready.run();
    }

    void copy(Path to) {
      each((server, i) -> server.copyStore(to.resolve(Integer.toString(i))));
    }

    void putBack(Path copy) {
      each((server, i) -> server.putStoreBack(copy.resolve(Integer.toString(i))));
    }

    private void each(java.util.function.ObjIntConsumer<TestNatsServer> work) {
      IntStream.range(0, all.size()).forEach(i -> work.accept(all.get(i), i));
    }
  }

  private void losesItsTail(Servers nats, Path copies) {
    try (Node a = Node.start(nats.config("node-a"));
        Node b = Node.start(nats.config("node-b"))) {
      Log slow = new Log(a, b, Requests.unique("slow"));
      Log fast = new Log(a, b, Requests.unique("fast"));
      List<Log> logs = List.of(slow, fast);
      logs.forEach(log -> log.save(a, "kept", KEPT, 1));
      nats.kill();
      nats.copy(copies);
      nats.start();
      logs.forEach(Log::loseLater);
      a.create(Requests.unique("lost"));
      nats.kill();
      nats.putBack(copies);
      nats.all().forEach(TestNatsServer::hide);
      nats.start();
      try (Node unseen = Node.start(nats.config("unseen"))) {
        fast.save(unseen, "new", NEW, 3);
        unseen.save(Requests.saveAt(fast.namespace + ".made", "actor", 0).setCommitId("made"));
      }
      nats.all().forEach(TestNatsServer::stop);
      nats.all().forEach(TestNatsServer::show);
      nats.start();

      fast.aWriterWhoKnowsOnlyWhatIsLostIsRefused();
      fast.isServedAsItIs();
      slow.isServedAsItIs();
      fast.aNamespaceThatTookTheRecordOfALostOneIsFound();
      logs.forEach(Log::whatIsLostIsUnknown);
      logs.forEach(Log::whoWasSentWhatIsLostIsTold);
      // As long as it was, and longer.
      for (int length : List.of(LOST, NEW)) {
        slow.save(b, Requests.unique("new"), length - slow.grown(), 1);
        slow.isServedAsItIs();
        slow.whatIsLostIsUnknown();
      }
    }
  }

  /** A namespace, what is stored in it, and who read it before it lost its tail. */
  private static final class Log {
    private final Node a;
    private final Node b;
    private final String namespace;
    private final List<String> stored = new ArrayList<>();
    private final List<Subscriber> sentWhatIsLost = new ArrayList<>();
    private final List<String> lostCursors = new ArrayList<>();
    private String keptCursor = "";

    /** What a subscriber handled since that cursor, all of which is lost. */
    private PartitionPositions handled = PartitionPositions.getDefaultInstance();

    Log(Node a, Node b, String namespace) {
      this.a = a;
      this.b = b;
      this.namespace = namespace;
    }

    /** How many commits it has more than those that were kept. */
    int grown() {
      return stored.size() - KEPT;
    }

    /**
     * Saves commits, some of them to the actor that a writer knows.
     *
     * @param events of the first one, to the same actor
     */
    void save(Node node, String kind, int count, int events) {
      for (int i = 0; i < count; i++) {
        String id = kind + "-" + i;
        String actor = i == 0 || i == LOST - 1 ? CACHED : "actor-" + i % 3;
        SaveEventsRequest save =
            Requests.save(namespace, actor, i == 0 ? events : 1)
                .setAnyVersion(com.google.protobuf.Empty.getDefaultInstance())
                .setCommitId(id)
                .setRetry(true)
                .build();
        answered(() -> node.save(save));
        stored.add(id);
      }
    }

    /** Takes the cursor after the first commits. */
    void readSome() {
      keptCursor = cursor(answered(() -> read(a, "", KEPT_READ)));
    }

    /** Stores what will be lost, and has it read by all kinds of readers. */
    void loseLater() {
      readSome();
      Filter nothing = Filter.newBuilder().addEventTypes("None").build();
      sentWhatIsLost.add(open(a, Requests.fromBeginning(namespace)));
      sentWhatIsLost.add(open(b, Requests.after(namespace, keptCursor)));
      sentWhatIsLost.add(open(a, Requests.live(namespace).setFilter(nothing)));
      sentWhatIsLost.add(open(b, Requests.live(namespace).setDetail(Detail.DETAIL_STORED_ONLY)));
      List<String> kept = List.copyOf(stored);
      save(a, "lost", LOST, 1);
      List<String> all = List.copyOf(stored);
      stored.clear();
      stored.addAll(kept);
      sentWhatIsLost.get(0).await("all", s -> s.commitIds().equals(all));
      sentWhatIsLost.get(1).awaitCommits(all.size() - KEPT_READ);
      sentWhatIsLost.get(3).awaitStored(LOST);
      CommitAt last = sentWhatIsLost.get(0).commits().get(all.size() - 1);
      handled =
          PartitionPositions.newBuilder()
              .putPositions(0, last.getPosition())
              .putStoredAt(0, last.getStoredAt())
              .build();
      assertEquals(last.getStoredAt(), sentWhatIsLost.get(3).stored().get(LOST - 1).getStoredAt());
      lostCursors.add(sentWhatIsLost.get(0).cursor());
      lostCursors.add(cursor(read(b, "", 0)));
      lostCursors.add(cursor(read(b, "", KEPT + 1)));
    }

    private static Subscriber open(Node node, SubscribeRequest.Builder request) {
      return Await.value(
              "a subscription",
              BOUND,
              () -> {
                Subscriber subscriber = Subscriber.open(node, request);
                Await.until(
                    "its first frame or end",
                    BOUND,
                    () -> !subscriber.frames().isEmpty() || subscriber.end().isPresent());
                boolean passing =
                    subscriber.frames().isEmpty()
                        && reason(subscriber.end().orElseThrow()).equals("STORE_UNAVAILABLE");
                return passing ? Optional.empty() : Optional.of(subscriber);
              })
          .awaitStarted();
    }

    /** Whoever comes now gets what there is, and so does whoever goes on after what is left. */
    void isServedAsItIs() {
      for (Node node : List.of(a, b)) {
        try (Subscriber live = open(node, Requests.live(namespace));
            Subscriber all = open(node, Requests.fromBeginning(namespace));
            Subscriber rest = open(node, Requests.after(namespace, keptCursor))) {
          List<String> before = List.copyOf(stored);
          for (Subscriber reader : List.of(live, all, rest)) {
            reader.awaitCaughtUp();
          }
          save(node, Requests.unique("now"), 2, 1);
          String last = stored.get(stored.size() - 1);
          for (Subscriber reader : List.of(live, all, rest)) {
            reader.awaitCommit(last);
          }
          assertEquals(stored, all.commitIds());
          assertEquals(stored.subList(KEPT_READ, stored.size()), rest.commitIds());
          assertEquals(stored.subList(before.size(), stored.size()), live.commitIds());
        }
        assertEquals(stored, ids(answered(() -> read(node, "", 0))));
        assertEquals(
            stored.subList(KEPT_READ, stored.size()),
            ids(answered(() -> read(node, keptCursor, 0))));
      }
    }

    /** The registry of namespaces has lost its tail, too. */
    void aNamespaceThatTookTheRecordOfALostOneIsFound() {
      try (Subscriber all = open(a, Requests.fromBeginning(namespace + ".*"))) {
        all.awaitCommit("made");
      }
    }

    /** Whoever comes with a cursor of what is lost, or names it as handled, is told. */
    void whatIsLostIsUnknown() {
      List<Supplier<Refusal>> readers = new ArrayList<>();
      for (Node node : List.of(a, b)) {
        for (String lost : lostCursors) {
          readers.add(() -> Subscriber.refusal(node, Requests.after(namespace, lost)));
          readers.add(() -> Refusal.of(() -> read(node, lost, 0)));
        }
        readers.add(
            () ->
                Subscriber.refusal(
                    node, Requests.after(namespace, keptCursor).putAfter(namespace, handled)));
      }
      AtOnce.results(readers.size(), i -> readers.get(i).get()).forEach(LostTailTest::assertLost);
    }

    /**
     * The node that a writer asks may remember an end of the actor that is another commit's now.
     */
    void aWriterWhoKnowsOnlyWhatIsLostIsRefused() {
      // The node is connected again.
      answered(() -> a.latest(namespace, "nobody"));
      long known = 3;
      Refusal refusal =
          answered(
              () -> {
                try {
                  a.save(Requests.saveAt(namespace, CACHED, known));
                  throw new AssertionError("a version was left out");
                } catch (StatusRuntimeException e) {
                  if (reason(e).equals("STORE_UNAVAILABLE")) {
                    throw e;
                  }
                  return Refusal.of(e);
                }
              });
      assertEquals(5, refusal.conflict().getCurrentVersion());
    }

    /** One that was cut off for long is told when it comes again, if it was sent anything. */
    void whoWasSentWhatIsLostIsTold() {
      for (Subscriber subscriber : sentWhatIsLost) {
        Refusal end = subscriber.awaitEnd(BOUND);
        boolean cutOff = end.reason().equals("STORE_UNAVAILABLE");
        boolean sentAnything = !subscriber.commits().isEmpty() || !subscriber.stored().isEmpty();
        if (!cutOff) {
          assertLost(end);
        } else if (sentAnything) {
          assertLost(Subscriber.refusal(a, Requests.after(namespace, subscriber.cursor())));
        }
        assertTrue(
            subscriber.commitIds().stream().noneMatch(id -> id.startsWith("new")),
            () -> "went on silently: " + subscriber.commitIds());
        assertEquals(1, subscriber.frames(FrameCase.STARTED).size());
      }
    }

    private List<ReadLogResponse> read(Node node, String cursor, long max) {
      List<ReadLogResponse> frames = new ArrayList<>();
      node.store()
          .readLog(
              ReadLogRequest.newBuilder()
                  .setNamespacePattern(namespace)
                  .setCursor(cursor)
                  .setMaxCount(max)
                  .build())
          .forEachRemaining(frames::add);
      return frames;
    }
  }

  private static void assertLost(Refusal refusal) {
    assertEquals("CURSOR_UNKNOWN", refusal.reason(), refusal::toString);
    assertTrue(refusal.message().contains("lost commits"), refusal::toString);
  }

  private static String cursor(List<ReadLogResponse> frames) {
    return frames.get(frames.size() - 1).getCursor();
  }

  private static List<String> ids(List<ReadLogResponse> frames) {
    Stream<CommitAt> commits = frames.stream().flatMap(frame -> frame.getCommitsList().stream());
    return commits.map(at -> at.getCommit().getCommitId()).toList();
  }

  private static String reason(Throwable thrown) {
    return Refusal.of(thrown).reason();
  }

  /** The answer of a call that is repeated while the store can't be used. */
  private static <T> T answered(Supplier<T> call) {
    return Await.value(
        "an answer",
        BOUND,
        () -> {
          try {
            return Optional.of(call.get());
          } catch (StatusRuntimeException e) {
            if (!List.of("STORE_UNAVAILABLE", "OUTCOME_UNKNOWN").contains(reason(e))) {
              throw e;
            }
            return Optional.empty();
          }
        });
  }
}
