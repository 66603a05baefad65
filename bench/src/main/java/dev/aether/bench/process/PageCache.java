package dev.aether.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Drops the operating system's page cache. */
public final class PageCache {
  private static final Path DROP = Path.of("/proc/sys/vm/drop_caches");
  private static final Duration SYNC_WITHIN = Duration.ofMinutes(10);

  private PageCache() {}

  /** Returns whether this process may drop the page cache, which needs root on Linux. */
  public static boolean canDrop() {
    return Files.isWritable(DROP);
  }

  /** Writes modified pages to disk and drops the cache. Blocks meanwhile. */
  public static void drop() throws IOException, InterruptedException {
    sync();
    Files.writeString(DROP, "3");
  }

  /** Writes modified pages to disk. Blocks meanwhile. */
  public static void sync() throws IOException, InterruptedException {
    Process sync = new ProcessBuilder("sync").inheritIO().start();
    if (!sync.waitFor(SYNC_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      sync.destroyForcibly();
      throw new IOException("sync did not finish");
    }
  }
}
