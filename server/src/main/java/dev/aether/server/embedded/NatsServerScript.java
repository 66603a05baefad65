package dev.aether.server.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@code dev/nats-server}, the one place that knows where a nats-server comes from: for what
 * runs in a clone of the repository, its tests, examples and benchmarks.
 */
public final class NatsServerScript {
  private static final String SCRIPT = "dev/nats-server";

  /** Fetching may mean compiling, on a machine that is busy. */
  private static final Duration FETCH_WITHIN = Duration.ofMinutes(10);

  private NatsServerScript() {}

  /**
   * The executable that it finds or fetches. Blocks for some milliseconds, or until it is fetched,
   * 10 minutes at most.
   *
   * @param folder in the repository; where it begins to look for it upwards
   * @throws EmbeddedNatsException if there is no script, or it gets no nats-server; its own words
   *     are on standard error
   */
  public static Path ask(Path folder) {
    try {
      Process script =
          new ProcessBuilder(above(folder.toAbsolutePath().normalize()).toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      // A path fits the pipe, so that the script can end before it is read.
      if (!script.waitFor(FETCH_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
        script.destroyForcibly();
        throw new EmbeddedNatsException(SCRIPT + " did not end within " + FETCH_WITHIN);
      }
      byte[] output = script.getInputStream().readAllBytes();
      if (script.exitValue() != 0) {
        throw new EmbeddedNatsException(SCRIPT + " failed; its message is on standard error");
      }
      return Path.of(new String(output, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      throw new EmbeddedNatsException(SCRIPT + " can't be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedNatsException("interrupted while waiting for " + SCRIPT, e);
    }
  }

  private static Path above(Path from) {
    @Nullable Path folder = from;
    while (folder != null && !Files.exists(folder.resolve(SCRIPT))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new EmbeddedNatsException(SCRIPT + " is in no folder above " + from);
    }
    return folder.resolve(SCRIPT);
  }
}
