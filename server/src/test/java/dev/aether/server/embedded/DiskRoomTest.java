package dev.aether.server.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import org.junit.jupiter.api.Test;

class DiskRoomTest {
  private static final long MIB = 1L << 20;
  private long free = 1000 * MIB;

  private boolean isFull(DiskRoom disk) {
    return disk.whyFull().isPresent();
  }

  @Test
  void fullBeginsBeforeTheLastByteAndEndsWithSomeToSpare() {
    DiskRoom disk = new DiskRoom(new File("/data/nats"), () -> free, 100_000 * MIB);
    assertTrue(!isFull(disk));
    free = DiskRoom.LEAST_FREE_BYTES - 1;
    assertEquals(
        "the disk of /data/nats has only 63 MiB free, saves need 128 MiB",
        disk.whyFull().orElseThrow());
    free = DiskRoom.LEAST_FREE_BYTES;
    assertTrue(isFull(disk));
    free = 2 * DiskRoom.LEAST_FREE_BYTES;
    assertTrue(!isFull(disk));
  }

  @Test
  void aSmallDiskKeepsASmallPart() {
    DiskRoom disk = new DiskRoom(new File("/data/nats"), () -> free, 32 * MIB);
    free = 2 * MIB;
    assertTrue(!isFull(disk));
    free = 2 * MIB - 1;
    assertTrue(isFull(disk));
  }
}
