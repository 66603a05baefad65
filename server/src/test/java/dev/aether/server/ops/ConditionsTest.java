package dev.aether.server.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ConditionsTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(Conditions.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private long now = 17;
  private final Conditions conditions = new Conditions(() -> now);

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
    logger.setLevel(Level.INFO);
  }

  @AfterEach
  void endListening() {
    logger.detachAppender(log);
    logger.setLevel(null);
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private List<String> lines() {
    return log.list.stream()
        .map(line -> line.getLevel() + " " + line.getFormattedMessage())
        .toList();
  }

  @Test
  void aConditionIsLoggedWhenItBeginsOnceAMinuteAndWhenItEnds() {
    conditions.set(Condition.SLOW_SAVES, Optional.empty());
    for (int seconds = 0; seconds <= 125; seconds += 5) {
      conditions.set(Condition.SLOW_SAVES, Optional.of("slow " + seconds));
      pass(Duration.ofSeconds(5));
    }
    conditions.set(Condition.SLOW_SAVES, Optional.empty());
    conditions.set(Condition.SLOW_SAVES, Optional.empty());
    assertEquals(
        List.of(
            "WARN saves are slow: slow 0",
            "WARN for 60 s, saves are slow: slow 60",
            "WARN for 120 s, saves are slow: slow 120",
            "INFO no longer, after 130 s: saves are slow"),
        lines());
  }

  @Test
  void aCertificateThatExpiresInDaysIsLoggedOnceAnHour() {
    for (int minutes = 0; minutes <= 61; minutes++) {
      conditions.set(Condition.CERTIFICATE_EXPIRES_SOON, Optional.of("in 13 days"));
      pass(Duration.ofMinutes(1));
    }
    assertEquals(
        List.of(
            "WARN a certificate of this node expires soon: in 13 days",
            "WARN for 3600 s, a certificate of this node expires soon: in 13 days"),
        lines());
  }

  @Test
  void whatCallersNoticeIsAnError() {
    conditions.set(Condition.STORE_FULL, Optional.of("no room"));
    assertEquals(Level.ERROR, log.list.get(0).getLevel());
    assertTrue(conditions.has(Condition.STORE_FULL));
    pass(Duration.ofSeconds(3));
    assertEquals(
        List.of(new Conditions.Present(Condition.STORE_FULL, "no room", Duration.ofSeconds(3))),
        conditions.present());
    assertFalse(conditions.has(Condition.UNREACHABLE));
  }

  @Test
  void savesThatFailAreNoConditionOfTheirOwnWhileJetStreamAnswersNobody() {
    AtomicReference<Optional<String>> outage = new AtomicReference<>(Optional.empty());
    AtomicReference<Optional<String>> silence =
        new AtomicReference<>(Optional.of("no publish was answered"));
    NodeWatch watch =
        new NodeWatch(
            conditions,
            new NodeWatch.Node(
                outage::get,
                Optional::empty,
                silence::get,
                List::of,
                () -> SaveCounts.NONE,
                Optional::empty,
                Optional::empty,
                Optional::empty,
                Optional::empty));
    watch.look();
    assertTrue(conditions.has(Condition.SAVES_FAIL));
    outage.set(Optional.of("no quorum"));
    watch.look();
    assertTrue(conditions.has(Condition.UNREACHABLE));
    assertFalse(conditions.has(Condition.SAVES_FAIL));
  }

  @Test
  void savesAreSlowWhileMoreThanOneInAHundredTakesLong() {
    SaveWatch watch = new SaveWatch();
    watch.add(0, new SaveCounts(1000, 50));
    watch.add(Duration.ofSeconds(1).toNanos(), new SaveCounts(1100, 51));
    assertEquals(Optional.empty(), watch.whySlow());
    watch.add(Duration.ofSeconds(2).toNanos(), new SaveCounts(1200, 53));
    assertEquals(
        Optional.of("3 of 200 took longer than a second in the last 10 s"), watch.whySlow());
  }

  @Test
  void savesAreSlowUntilTheyWereNotFor30Seconds() {
    SaveWatch watch = new SaveWatch();
    long stored = 0;
    long slow = 0;
    int changes = 0;
    boolean before = false;
    // The share of slow saves crosses the bound every few seconds for two minutes, and then stays
    // below it.
    for (int seconds = 0; seconds <= 180; seconds++) {
      stored += 20;
      slow += seconds < 120 && seconds % 15 < 4 ? 1 : 0;
      watch.add(Duration.ofSeconds(seconds).toNanos(), new SaveCounts(stored, slow));
      if (watch.whySlow().isPresent() != before) {
        before = !before;
        changes++;
      }
      if (seconds == 125) {
        assertEquals(
            Optional.of(
                "0 of 200 took longer than a second in the last 10 s, and more did shortly before"),
            watch.whySlow());
      }
    }
    assertEquals(2, changes);
    assertEquals(Optional.empty(), watch.whySlow());
  }

  @Test
  void aClockThatIsSetIsShownForAMinute() {
    long[] clocks = {5_000, 0};
    ClockWatch watch = new ClockWatch(() -> clocks[0], () -> clocks[1]);
    clocks[0] += 900;
    clocks[1] += Duration.ofMillis(500).toNanos();
    assertEquals(Optional.empty(), watch.look());
    clocks[0] -= 60_000;
    assertEquals(Optional.of("back by 60000 ms"), watch.look());
    clocks[0] += 59_000;
    clocks[1] += Duration.ofSeconds(59).toNanos();
    assertEquals(Optional.of("back by 60000 ms"), watch.look());
    clocks[0] += 1_000;
    clocks[1] += Duration.ofSeconds(1).toNanos();
    assertEquals(Optional.empty(), watch.look());
  }

  @Test
  void aDiskIsLowBelowATenthAndAtMost20GiB() {
    assertEquals(Optional.empty(), DiskWatch.whyLow(100 << 20, 1000 << 20));
    assertEquals(
        Optional.of("99 MiB free, less than 100 MiB"), DiskWatch.whyLow(99 << 20, 1000 << 20));
    assertEquals(Optional.empty(), DiskWatch.whyLow(20L << 30, 1L << 40));
    assertTrue(DiskWatch.whyLow((20L << 30) - 1, 1L << 40).isPresent());
  }
}
