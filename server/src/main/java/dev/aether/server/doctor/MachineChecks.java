package dev.aether.server.doctor;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/** Checks the machine that this process runs on. Each method blocks for at most a few seconds. */
public final class MachineChecks {
  /** About what a save of one small event writes. */
  private static final int WRITE_BYTES = 4096;

  private static final int WRITES = 200;
  private static final long WRITE_FOR_NANOS = 3_000_000_000L;

  /** A save waits for one sync, so this is what a user notices. */
  private static final double SLOW_P50_MILLIS = 10;

  private static final double SLOW_P99_MILLIS = 100;

  /** Disks of real servers need more: a synced write below this was probably not synced. */
  private static final double TOO_FAST_P50_MILLIS = 0.02;

  private static final long LITTLE_SPACE = 1L << 30;
  private static final int LITTLE_SPACE_PERCENT = 10;
  private static final long FEW_FILES = 10_000;
  private static final long LITTLE_HEAP = 240L << 20;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int MEBI = 20;

  private MachineChecks() {}

  /**
   * Measures how long it takes until a write is on disk.
   *
   * @param folder where data is kept, or the nearest folder above it that exists
   */
  public static Finding syncedWrites(Path folder) {
    String subject = "disk speed";
    Path file = folder.resolve(".aether-doctor-" + ProcessHandle.current().pid());
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      long[] nanos = measure(channel);
      double p50 = nanos[nanos.length / 2] / NANOS_PER_MILLI;
      double p99 = nanos[(int) (nanos.length * 0.99)] / NANOS_PER_MILLI;
      String found =
          String.format(
              Locale.ROOT,
              "%d synced writes of 4 KiB in %s: p50 %.2f ms, p99 %.2f ms",
              nanos.length,
              folder,
              p50,
              p99);
      if (p50 > SLOW_P50_MILLIS || p99 > SLOW_P99_MILLIS) {
        return Finding.warn(
            subject, found, "each save waits for such a write: use a faster disk for the data");
      }
      return p50 < TOO_FAST_P50_MILLIS
          ? Finding.warn(
              subject,
              found,
              "no disk is this fast: the folder is in memory, or the disk does not wait for syncs,"
                  + " so a power failure may lose saves")
          : Finding.ok(subject, found);
    } catch (IOException e) {
      return Finding.fail(
          subject,
          "cannot write to " + folder + ": " + e.getMessage(),
          "give this user the right to write there");
    }
  }

  private static long[] measure(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(WRITE_BYTES);
    long[] nanos = new long[WRITES];
    long begin = System.nanoTime();
    int count = 0;
    while (count < WRITES && System.nanoTime() - begin < WRITE_FOR_NANOS) {
      bytes.clear();
      long start = System.nanoTime();
      channel.write(bytes);
      channel.force(true);
      nanos[count++] = System.nanoTime() - start;
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted;
  }

  /** The nearest folder that exists: a node creates the rest. */
  public static Path existing(Path folder) {
    if (Files.isDirectory(folder)) {
      return folder;
    }
    Path above = folder.toAbsolutePath().getParent();
    return above == null ? folder : existing(above);
  }

  /** The free space of the disk of a folder. */
  public static Finding diskSpace(Path folder) {
    String subject = "disk space";
    try {
      FileStore store = Files.getFileStore(folder);
      long free = store.getUsableSpace();
      long percent = Math.round(100.0 * free / Math.max(1, store.getTotalSpace()));
      String found =
          String.format(Locale.ROOT, "%,d MiB free (%d %%) in %s", free >> MEBI, percent, folder);
      return free < LITTLE_SPACE || percent < LITTLE_SPACE_PERCENT
          ? Finding.warn(
              subject, found, "saves fail when the disk is full: make room or use a larger disk")
          : Finding.ok(subject, found);
    } catch (IOException e) {
      return Finding.fail(subject, "cannot be read: " + e.getMessage(), "check the disk");
    }
  }

  /** How many files and connections a process of this user may have open. */
  public static Finding openFiles() {
    String subject = "open files";
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
      return Finding.ok(subject, "this system does not tell its limit");
    }
    long limit = unix.getMaxFileDescriptorCount();
    String found = String.format(Locale.ROOT, "a process may have %,d", limit);
    return limit < FEW_FILES
        ? Finding.warn(
            subject,
            found,
            "each connection and each block of a stream needs one: ulimit -n 65536, or"
                + " LimitNOFILE=65536 in a systemd unit")
        : Finding.ok(subject, found);
  }

  /** The memory of the machine, or of its container. */
  public static Finding memory() {
    String subject = "memory";
    long heap = Runtime.getRuntime().maxMemory();
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    String found =
        String.format(
            Locale.ROOT,
            "%,d MiB, of which a node takes at most %,d MiB as its heap",
            system.getTotalMemorySize() >> MEBI,
            heap >> MEBI);
    return heap < LITTLE_HEAP
        ? Finding.warn(
            subject,
            found,
            "limits and caches of a node depend on its heap: give it at least 1 GiB of memory, or"
                + " set AETHER_JAVA_OPTS=-XX:MaxRAMPercentage=75")
        : Finding.ok(subject, found);
  }
}
