package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.ServerConfig;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.BlockDamage;
import dev.aether.server.testing.Damage;
import dev.aether.server.testing.TestNatsCluster;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.api.ClusterInfo;
import io.nats.client.api.Replica;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A block that is damaged on one of a log's three replicas, which leads or follows. The short
 * version takes some places and kinds; {@code -Daether.damaged.blocks=all} takes more, and prints
 * the table.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedReplicaTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final Duration LEADING_BOUND = Duration.ofSeconds(20);
  private static final boolean WHOLE_TABLE =
      "all".equals(System.getProperty("aether.damaged.blocks"));
  private static final long SEED = Long.getLong("aether.seed", System.nanoTime());
  private static final int REPLICAS = 3;

  /** The one that is damaged. */
  private static final int DAMAGED = 1;

  private TestNatsCluster nats;
  private String stream;
  private final List<Path> sound = new ArrayList<>();

  /** What is damaged how, and whether the damaged replica leads. */
  record Case(long place, BlockDamage.Kind kind, boolean withIndex, boolean leads) {}

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (BlockDamage.Kind kind : BlockDamage.Kind.values()) {
      for (long place : new long[] {1, 11, 45, 79}) {
        for (boolean withIndex : new boolean[] {true, false}) {
          for (boolean leads : new boolean[] {true, false}) {
            boolean isShort =
                withIndex
                    && kind == BlockDamage.Kind.FLIPPED
                    && (leads ? place == 79 : place == 11);
            if (WHOLE_TABLE || isShort) {
              cases.add(new Case(place, kind, withIndex, leads));
            }
          }
        }
      }
    }
    return cases;
  }

  @BeforeAll
  void fill(@TempDir Path folder) throws Exception {
    nats = TestNatsCluster.start(REPLICAS);
    try (Node node = newNode()) {
      DamageTable.fill(node);
    }
    stream = Damage.logOf(nats.node(0), DamageTable.NAMESPACE);
    Await.until("all replicas to have all", BOUND, this::isCurrent);
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
    for (int i = 0; i < REPLICAS; i++) {
      nats.node(i).stop();
    }
    for (int i = 0; i < REPLICAS; i++) {
      nats.node(i).putStoreBack(sound.get(i));
    }
    BlockDamage.damage(
        nats.node(DAMAGED), stream, damage.place(), damage.kind(), damage.withIndex(), SEED);
    for (int i = 0; i < REPLICAS; i++) {
      nats.restart(i);
    }
    nats.awaitReady();
    Await.until("all replicas to be current", BOUND, this::isCurrent);
    String leads = canLead(damage) ? "" : " (JetStream does not let it lead)";
    DamageTable table = new DamageTable();
    try (Node node = newNode()) {
      String row = damage + leads + " | " + table.row(node, DamageTable.actorAt(damage.place()));
      if (WHOLE_TABLE) {
        System.out.println(row);
      }
      assertEquals(List.of(), table.givenAgain(), row);
      assertEquals(List.of(), table.silent(), row);
    }
  }

  /** A replica whose end was cut off does not always become the leader. */
  private boolean canLead(Case damage) {
    try {
      Await.until("the leader", LEADING_BOUND, () -> leads(damage.leads()));
      return true;
    } catch (AssertionError e) {
      return false;
    }
  }

  private ClusterInfo cluster() throws IOException, InterruptedException, JetStreamApiException {
    try (Connection connection = Nats.connect(nats.url(0))) {
      return connection.jetStreamManagement().getStreamInfo(stream).getClusterInfo();
    }
  }

  private boolean isCurrent() {
    try {
      ClusterInfo cluster = cluster();
      return cluster.getLeader() != null
          && cluster.getReplicas().stream().allMatch(Replica::isCurrent);
    } catch (IOException | JetStreamApiException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether the damaged replica leads, or not, as wanted; else the leader steps down. */
  private boolean leads(boolean wanted) {
    String damaged = "node-" + DAMAGED + "-" + nats.node(DAMAGED).port();
    try (Connection connection = Nats.connect(nats.url(0))) {
      String leader =
          connection.jetStreamManagement().getStreamInfo(stream).getClusterInfo().getLeader();
      if (leader != null && leader.equals(damaged) == wanted) {
        return true;
      }
      var unused =
          connection.request(
              "$JS.API.STREAM.LEADER.STEPDOWN." + stream,
              (wanted ? "{\"placement\":{\"preferred\":\"" + damaged + "\"}}" : "")
                  .getBytes(StandardCharsets.UTF_8),
              Duration.ofSeconds(2));
      return false;
    } catch (IOException | JetStreamApiException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
