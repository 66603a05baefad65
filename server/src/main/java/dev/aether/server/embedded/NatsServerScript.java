package dev.aether.server.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@code dev/nats-server}, the only place that knows where to get a nats-server. For tests,
 * examples and benchmarks, which run in a clone of the repository.
 */
public final class NatsServerScript {
  private static final String SCRIPT = "dev/nats-server";

  /** Getting one may require compiling it, on a busy machine. */
  private static final Duration FETCH_WITHIN = Duration.ofMinutes(10);

  private NatsServerScript() {}

  /**
   * Returns the executable that the script finds or downloads. Blocks for some milliseconds, or
   * until it is downloaded, at most 10 minutes.
   *
   * @param folder a folder in the repository; the script is searched for in it and its parents
   * @throws EmbeddedNatsException if there is no script, or it fails; its message is on standard
   *     error
   */
  public static Path ask(Path folder) {
    try {
      Process script =
          new ProcessBuilder(above(folder.toAbsolutePath().normalize()).toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      // The output fits into the pipe, so the script can end before it is read.
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
      throw new EmbeddedNatsException(SCRIPT + " cannot be run: " + e.getMessage(), e);
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
      throw new EmbeddedNatsException(
          SCRIPT + " was found neither in " + from + " nor in a parent folder");
    }
    return folder.resolve(SCRIPT);
  }
}
