package dev.aether.server.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A disk that is soon full: a tmpfs in a mount namespace of its own. */
public final class SmallDisk implements AutoCloseable {
  private final Process holder;
  private final Path mounted;

  /**
   * Mounts one.
   *
   * @param folder an empty folder, which everybody else sees empty
   */
  public SmallDisk(Path folder, long bytes) throws IOException {
    mounted = folder;
    holder =
        new ProcessBuilder(
                List.of(
                    "/usr/bin/unshare",
                    "-Urm",
                    "/bin/sh",
                    "-c",
                    "mount -t tmpfs -o size=\"$0\" tmpfs \"$1\" && echo mounted && exec cat",
                    Long.toString(bytes),
                    folder.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    byte[] line = "mounted\n".getBytes(StandardCharsets.UTF_8);
    if (holder.getInputStream().readNBytes(line.length).length < line.length) {
      throw new IllegalStateException("the disk was not mounted");
    }
  }

  /** The folder as this process sees it. */
  public Path path() {
    return Path.of("/proc/" + holder.pid() + "/root" + mounted);
  }

  @Override
  public void close() {
    holder.destroyForcibly();
  }
}
