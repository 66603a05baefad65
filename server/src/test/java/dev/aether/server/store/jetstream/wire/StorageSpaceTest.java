package dev.aether.server.store.jetstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class StorageSpaceTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(StorageSpace.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private Optional<String> disk = Optional.empty();
  private long now = 17;
  private final StorageSpace room = new StorageSpace(() -> disk, () -> now);

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
    room.check();
  }

  private List<Level> levels() {
    return log.list.stream().map(ILoggingEvent::getLevel).toList();
  }

  @Test
  void aFullDiskIsLoggedAtOnceAndEachMinuteAndWhenItEnds() {
    pass(Duration.ofSeconds(1));
    assertEquals(List.of(), levels());
    disk = Optional.of("no room on it");
    for (int seconds = 0; seconds <= 125; seconds += 5) {
      pass(Duration.ofSeconds(5));
    }
    assertEquals(List.of(Level.ERROR, Level.ERROR, Level.ERROR), levels());
    assertTrue(log.list.get(0).getFormattedMessage().endsWith(" no room on it"));
    assertEquals(disk, room.whyDiskFull());
    assertEquals(disk, room.whyFull());
    disk = Optional.empty();
    pass(Duration.ofSeconds(1));
    assertEquals(List.of(Level.ERROR, Level.ERROR, Level.ERROR, Level.INFO), levels());
    assertEquals(Optional.empty(), room.whyFull());
  }

  @Test
  void theStoreIsFullAfterARefusedSaveUntilOneIsStoredAndNoneRefusedForAWhile() {
    room.refused("no room");
    assertEquals(List.of(Level.ERROR), levels());
    pass(StorageSpace.CALM);
    room.refused("no room");
    room.stored();
    assertEquals(Optional.of("no room"), room.whyFull());
    assertEquals(Optional.empty(), room.whyDiskFull());
    pass(StorageSpace.CALM);
    assertEquals(Optional.empty(), room.whyFull());
    assertEquals(List.of(Level.ERROR, Level.INFO), levels());
  }

  @Test
  void withoutSavesAFullStoreIsForgotten() {
    room.refused("no room");
    pass(StorageSpace.FORGOTTEN_AFTER.minusNanos(1));
    assertTrue(room.whyFull().isPresent());
    pass(Duration.ofNanos(1));
    assertEquals(Optional.empty(), room.whyFull());
  }
}
