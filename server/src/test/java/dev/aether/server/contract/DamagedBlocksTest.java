package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.ServerConfig;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.BlockDamage;
import dev.aether.server.testing.Damage;
import dev.aether.server.testing.RowVerdicts;
import dev.aether.server.testing.TestNatsServer;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
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
  private static final String NAMESPACE = "damaged";
  private static final long SEED = Long.getLong("aether.seed", System.nanoTime());

  @RegisterExtension static final RowVerdicts VERDICTS = new RowVerdicts(WHOLE_TABLE);

  private TestNatsServer nats;
  private String stream;
  private Path sound;

  /** What is damaged how. */
  record Case(long place, BlockDamage.Kind kind, boolean withIndex) {
    /** With its index, nats-server leaves out the one record that it can't read, and counts it. */
    boolean isOneRecord() {
      return withIndex
          && (kind == BlockDamage.Kind.FLIPPED || kind == BlockDamage.Kind.FLIPPED_SUBJECT);
    }

    /** The log ends earlier: its readers get all up to there, the actors' are told. */
    boolean endsEarlier() {
      return place >= DamageTable.LAST_BLOCK
          && (kind == BlockDamage.Kind.ZEROED || kind == BlockDamage.Kind.RANDOM);
    }

    /**
     * Nothing is left of the end but that JetStream says, until its restart, that it cut it off.
     */
    boolean isCutOff() {
      return !withIndex && place >= DamageTable.LAST_BLOCK;
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (BlockDamage.Kind kind : BlockDamage.Kind.values()) {
      for (boolean withIndex : new boolean[] {true, false}) {
        for (long place : DamageTable.PLACES) {
          boolean isShort =
              switch (kind) {
                case FLIPPED -> place == 11 || place == 79;
                case FLIPPED_SUBJECT -> place == 51;
                case ZEROED -> place == 1 || place == 20;
                case TRUNCATED -> place == 45;
                case RANDOM -> false;
              };
          if (WHOLE_TABLE || isShort) {
            cases.add(new Case(place, kind, withIndex));
          }
        }
      }
    }
    return cases;
  }

  @BeforeAll
  void fill(@TempDir Path folder) throws Exception {
    nats = TestNatsServer.start();
    try (Node node = newNode()) {
      DamageTable.fill(node, NAMESPACE);
    }
    stream = Damage.logOf(nats, NAMESPACE);
    nats.stop();
    assertTrue(BlockDamage.blocks(nats, stream) >= 3, "one block is no test of several");
    sound = folder.resolve("store");
    nats.copyStore(sound);
  }

  @AfterAll
  void end() {
    nats.close();
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
    DamageTable table = new DamageTable(NAMESPACE);
    try (Node node = newNode()) {
      String row = damage + " | " + table.row(node, DamageTable.actorAt(damage.place()));
      if (WHOLE_TABLE) {
        System.out.println(row);
      }
      if (!damage.isCutOff()) {
        assertEquals(List.of(), table.givenAgain(), row);
        assertEquals(
            List.of(),
            table.silent().stream()
                .filter(
                    name ->
                        !damage.endsEarlier()
                            || !(name.startsWith("log") || name.startsWith("subscribe")))
                .toList(),
            row);
      }
      if (damage.isOneRecord()) {
        assertTrue(table.onlyOneIsMissing(), row);
      }
      Await.until(
          "health to say so",
          BOUND,
          () -> node.health("aether.integrity") == ServingStatus.NOT_SERVING);
    }
  }
}
