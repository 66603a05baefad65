package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.ServerConfig;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.BlockDamage;
import dev.aether.server.testing.Damage;
import dev.aether.server.testing.RowVerdicts;
import dev.aether.server.testing.TestNatsCluster;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import io.grpc.StatusRuntimeException;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.api.ClusterInfo;
import io.nats.client.api.Replica;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Blocks that are damaged on one of a log's three replicas, which leads or follows. Several logs
 * are damaged at each stop of the servers, since it takes long until these have leaders again. The
 * short version takes some places and kinds; {@code -Daether.damaged.blocks=all} takes all, and
 * prints the table.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedReplicaTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final Duration LEADING_BOUND = Duration.ofSeconds(20);
  private static final boolean WHOLE_TABLE =
      "all".equals(System.getProperty("aether.damaged.blocks"));
  private static final long SEED = Long.getLong("aether.seed", System.nanoTime());
  private static final int REPLICAS = 3;

  /** How often a range is read: so often that each replica has answered. */
  private static final int READS = 8;

  /** The one that is damaged. */
  private static final int DAMAGED = 1;

  /** Leaves the leader without the records of its first block. */
  private static final Case WITHOUT_FIRST_BLOCK =
      new Case(1, BlockDamage.Kind.FLIPPED, false, true);

  @RegisterExtension static final RowVerdicts VERDICTS = new RowVerdicts(WHOLE_TABLE);

  private TestNatsCluster nats;
  private final List<String> streams = new ArrayList<>();
  private final List<Path> sound = new ArrayList<>();

  /** What was damaged at the last stop, each in a log of its own. */
  private List<Case> stop = List.of();

  /** What is damaged how, and whether the damaged replica leads. */
  record Case(long place, BlockDamage.Kind kind, boolean withIndex, boolean leads) {}

  /** What is damaged at each stop. */
  private static List<List<Case>> stops() {
    if (!WHOLE_TABLE) {
      return List.of(
          List.of(
              new Case(79, BlockDamage.Kind.FLIPPED, true, true),
              new Case(11, BlockDamage.Kind.FLIPPED, true, false),
              WITHOUT_FIRST_BLOCK));
    }
    List<List<Case>> stops = new ArrayList<>();
    for (BlockDamage.Kind kind : BlockDamage.Kind.values()) {
      for (boolean withIndex : new boolean[] {true, false}) {
        List<Case> cases = new ArrayList<>();
        for (long place : DamageTable.PLACES) {
          cases.add(new Case(place, kind, withIndex, true));
          cases.add(new Case(place, kind, withIndex, false));
        }
        stops.add(cases);
      }
    }
    return stops;
  }

  static List<Case> cases() {
    return stops().stream().flatMap(List::stream).toList();
  }

  @BeforeAll
  void fill(@TempDir Path folder) throws Exception {
    nats = TestNatsCluster.start(REPLICAS);
    int logs = stops().get(0).size();
    try (Node node = newNode()) {
      for (int i = 0; i < logs; i++) {
        DamageTable.fill(node, logOf(i));
      }
    }
    for (int i = 0; i < logs; i++) {
      streams.add(Damage.logOf(nats.node(0), logOf(i)));
      awaitCurrent(streams.get(i));
    }
    for (int i = 0; i < REPLICAS; i++) {
      nats.node(i).stop();
    }
    for (int i = 0; i < REPLICAS; i++) {
      sound.add(folder.resolve("store-" + i));
      nats.node(i).copyStore(sound.get(i));
    }
  }

  @AfterAll
  void end() {
    nats.close();
  }

  private Node newNode() {
    return Node.start(
        ServerConfig.on(new ServerConfig.StoreChoice.Nats(List.of(nats.urls().split(",")), BOUND))
            .withReplicas(REPLICAS));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatOneReplicaLostIsReadFromTheOthersOrToldAndNoVersionIsGivenTwice(Case damage)
      throws Exception {
    boolean leads = damage(damage);
    DamageTable table = new DamageTable(logOf(damage));
    try (Node node = newNode()) {
      String row =
          damage
              + (leads ? "" : " (JetStream does not let it lead)")
              + " | "
              + table.row(node, DamageTable.actorAt(damage.place()));
      if (WHOLE_TABLE) {
        System.out.println(row);
      }
      assertEquals(List.of(), table.givenAgain(), row);
      assertEquals(List.of(), table.silent(), row);
    }
  }

  /** Any replica may respond to each request of a read, and the leader lacks what others have. */
  @Test
  void aRangeIsReadWholeOrItsDamageIsToldWhicheverReplicaResponds() throws Exception {
    assertTrue(damage(WITHOUT_FIRST_BLOCK));
    GetEventsRequest.Builder range =
        GetEventsRequest.newBuilder()
            .setNamespace(logOf(WITHOUT_FIRST_BLOCK))
            .setActorId("odd")
            .setReportCorrupt(true);
    try (Node node = newNode()) {
      for (int i = 0; i < READS; i++) {
        for (boolean backwards : new boolean[] {false, true}) {
          range.setBackwards(backwards);
          readAll(node, range.setFromVersion(1).setToVersion(3));
          readAll(node, range.setFromVersion(1).setToVersion(9));
          readAll(node, range.setFromVersion(10).setToVersion(20));
        }
      }
    }
    acceptLoss(streams.get(stop.indexOf(WITHOUT_FIRST_BLOCK)));
    try (Node node = newNode()) {
      for (int i = 0; i < READS; i++) {
        for (boolean backwards : new boolean[] {false, true}) {
          readWhatIsLeft(node, range.setBackwards(backwards).setFromVersion(0).setToVersion(9));
        }
      }
    }
    stop = List.of();
  }

  /**
   * Reads all events of a range, or is told of damage. It may be outside: its version is unknown.
   */
  private static void readAll(Node node, GetEventsRequest.Builder range) {
    List<GetEventsResponse> frames = DamageTable.onceItIsLed(() -> node.frames(range));
    long read = frames.stream().mapToLong(GetEventsResponse::getEventsCount).sum();
    boolean isTold = frames.stream().anyMatch(frame -> frame.getErrorsCount() > 0);
    assertTrue(
        isTold || read == range.getToVersion() - range.getFromVersion() + 1,
        () -> read + " events of " + range);
  }

  private static void readWhatIsLeft(Node node, GetEventsRequest.Builder range) {
    try {
      var unused = DamageTable.onceItIsLed(() -> node.frames(range));
    } catch (StatusRuntimeException e) {
      assertEquals("HISTORY_TRIMMED", Refusal.of(e).reason(), e::getMessage);
    }
  }

  private void acceptLoss(String stream) throws Exception {
    try (Connection connection = Nats.connect(nats.url(0))) {
      JetStreamManagement management = connection.jetStreamManagement();
      StreamConfiguration config = management.getStreamInfo(stream).getConfiguration();
      Map<String, String> metadata = new HashMap<>(config.getMetadata());
      metadata.put("aether.accepted-loss", Long.toString(DamageTable.COMMITS));
      var unused =
          management.updateStream(StreamConfiguration.builder(config).metadata(metadata).build());
    }
  }

  private String logOf(Case damage) {
    return logOf(stop.indexOf(damage));
  }

  private static String logOf(int number) {
    return "log-" + number;
  }

  /**
   * Damages a log and the others of the same stop, unless that was done before.
   *
   * @return whether the damaged replica leads, or not, as it should
   */
  private boolean damage(Case damage) throws Exception {
    if (!stop.contains(damage)) {
      damageAll(stops().stream().filter(cases -> cases.contains(damage)).findFirst().orElseThrow());
    }
    return canLead(streams.get(stop.indexOf(damage)), damage);
  }

  private void damageAll(List<Case> cases) throws Exception {
    for (int i = 0; i < REPLICAS; i++) {
      nats.node(i).stop();
    }
    for (int i = 0; i < REPLICAS; i++) {
      nats.node(i).putStoreBack(sound.get(i));
    }
    stop = cases;
    for (Case damage : cases) {
      BlockDamage.damage(
          nats.node(DAMAGED),
          streams.get(stop.indexOf(damage)),
          damage.place(),
          damage.kind(),
          damage.withIndex(),
          SEED);
    }
    for (int i = 0; i < REPLICAS; i++) {
      nats.restart(i);
    }
    nats.awaitReady();
    for (String stream : streams) {
      awaitCurrent(stream);
    }
  }

  /** A replica whose end was cut off does not always become the leader. */
  private boolean canLead(String stream, Case damage) {
    try {
      Await.until("the leader", LEADING_BOUND, () -> leads(stream, damage.leads()));
      return true;
    } catch (AssertionError e) {
      Await.until("a leader", BOUND, () -> hasLeader(stream));
      return false;
    }
  }

  private void awaitCurrent(String stream) {
    Await.until(
        "all replicas of " + stream + " to be current",
        BOUND,
        () ->
            cluster(stream).stream()
                .anyMatch(cluster -> cluster.getReplicas().stream().allMatch(Replica::isCurrent)));
  }

  private boolean hasLeader(String stream) {
    return cluster(stream).isPresent();
  }

  /** Empty while the log has no leader. */
  private Optional<ClusterInfo> cluster(String stream) {
    try (Connection connection = Nats.connect(nats.url(0))) {
      ClusterInfo cluster = connection.jetStreamManagement().getStreamInfo(stream).getClusterInfo();
      return Optional.of(cluster).filter(found -> found.getLeader() != null);
    } catch (IOException | JetStreamApiException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether the damaged replica leads, or not, as wanted; else the leader steps down. */
  private boolean leads(String stream, boolean wanted) {
    String damaged = "node-" + DAMAGED + "-" + nats.node(DAMAGED).port();
    Optional<ClusterInfo> cluster = cluster(stream);
    if (cluster.isEmpty()) {
      return false;
    }
    if (cluster.get().getLeader().equals(damaged) == wanted) {
      return true;
    }
    try (Connection connection = Nats.connect(nats.url(0))) {
      var unused =
          connection.request(
              "$JS.API.STREAM.LEADER.STEPDOWN." + stream,
              (wanted ? "{\"placement\":{\"preferred\":\"" + damaged + "\"}}" : "")
                  .getBytes(StandardCharsets.UTF_8),
              Duration.ofSeconds(2));
      return false;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
