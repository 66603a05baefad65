package dev.aether.server.store.jetstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StorageSpaceTest {
  private Optional<String> disk = Optional.empty();
  private long now = 17;
  private final StorageSpace room = new StorageSpace(() -> disk, () -> now);

  private void pass(Duration time) {
    now += time.toNanos();
    room.check();
  }

  @Test
  void theStoreIsFullWhileTheDiskIs() {
    pass(Duration.ofSeconds(1));
    assertEquals(Optional.empty(), room.whyFull());
    disk = Optional.of("no room on it");
    pass(Duration.ofSeconds(5));
    assertEquals(disk, room.whyDiskFull());
    assertEquals(disk, room.whyFull());
    disk = Optional.empty();
    pass(Duration.ofSeconds(1));
    assertEquals(Optional.empty(), room.whyFull());
  }

  @Test
  void theStoreIsFullAfterARefusedSaveUntilOneIsStoredAndNoneRefusedForAWhile() {
    room.refused("no room");
    pass(StorageSpace.CALM);
    room.refused("no room");
    room.stored();
    assertEquals(Optional.of("no room"), room.whyFull());
    assertEquals(Optional.empty(), room.whyDiskFull());
    pass(StorageSpace.CALM);
    assertEquals(Optional.empty(), room.whyFull());
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
