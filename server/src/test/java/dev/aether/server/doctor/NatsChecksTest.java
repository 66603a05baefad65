package dev.aether.server.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.doctor.Finding.Level;
import dev.aether.server.nats.NatsFacts;
import dev.aether.server.nats.NatsServerVersion;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NatsChecksTest {
  private static final int PAYLOAD = 4 << 20;

  private NatsServerVersion version = new NatsServerVersion(2, 15, 3);
  private Optional<String> cluster = Optional.empty();
  private long payload = PAYLOAD;
  private Duration roundTrip = Duration.ofMillis(1);
  private Duration clockAhead = Duration.ZERO;
  private Optional<NatsFacts.Storage> storage = Optional.of(new NatsFacts.Storage(1, -1));
  private int replicas = 1;
  private List<String> unwell = List.of();

  private Level levelOf(String subject) {
    List<Finding> findings =
        NatsChecks.of(
            new NatsFacts(
                "n1",
                Optional.of(version),
                cluster,
                payload,
                roundTrip,
                clockAhead,
                storage,
                Optional.of(new NatsFacts.Registry(replicas)),
                3,
                unwell,
                3));
    Finding found =
        findings.stream().filter(each -> each.subject().equals(subject)).findFirst().orElseThrow();
    assertEquals(found.level() == Level.OK, found.advice().isEmpty(), found::toString);
    assertTrue(
        findings.stream().filter(each -> each.level() != Level.OK).count() <= 1,
        findings::toString);
    return found.level();
  }

  @Test
  void aHealthyServerHasNoFindings() {
    assertEquals(Level.OK, levelOf("nats-server"));
    cluster = Optional.of("c");
    replicas = 3;
    assertEquals(Level.OK, levelOf("store"));
    storage = Optional.empty();
    assertEquals(Level.OK, levelOf("JetStream storage"));
  }

  @Test
  void oldVersionsAreNamed() {
    version = new NatsServerVersion(2, 15, 1);
    assertEquals(Level.WARN, levelOf("nats-server"));
    version = new NatsServerVersion(2, 14, 4);
    assertEquals(Level.WARN, levelOf("nats-server"));
    version = new NatsServerVersion(2, 9, 10);
    assertEquals(Level.FAIL, levelOf("nats-server"));
  }

  @Test
  void aDistantServerIsNamed() {
    roundTrip = Duration.ofMillis(40);
    assertEquals(Level.WARN, levelOf("distance to NATS"));
  }

  @Test
  void aWrongClockIsNamedInBothDirections() {
    clockAhead = Duration.ofMinutes(1);
    assertEquals(Level.WARN, levelOf("clock"));
    clockAhead = Duration.ofMinutes(-1);
    assertEquals(Level.WARN, levelOf("clock"));
  }

  @Test
  void aSmallMaxPayloadIsNamed() {
    payload = 1 << 20;
    assertEquals(Level.WARN, levelOf("largest commit"));
  }

  @Test
  void anAccountThatIsNearlyFullIsNamed() {
    storage = Optional.of(new NatsFacts.Storage(81, 100));
    assertEquals(Level.WARN, levelOf("JetStream storage"));
  }

  @Test
  void oneReplicaInAClusterIsNamed() {
    cluster = Optional.of("c");
    assertEquals(Level.WARN, levelOf("store"));
  }

  @Test
  void aStreamWithoutALeaderFails() {
    unwell = List.of("AETHER-x has no leader");
    assertEquals(Level.FAIL, levelOf("streams"));
  }
}
