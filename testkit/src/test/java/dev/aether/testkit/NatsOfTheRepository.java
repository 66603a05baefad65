package dev.aether.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The nats-server that {@code dev/nats-server} prints, asked once for each JVM. */
public final class NatsOfTheRepository {
  private static final Path SCRIPT = Path.of("..", "dev", "nats-server");

  /** Fetching may mean compiling, on a machine that is busy with other tests. */
  private static final long SCRIPT_BOUND_MINUTES = 10;

  private NatsOfTheRepository() {}

  /** Asked when first used, by the class loader's own lock. */
  private static final class Holder {
    static final Path BINARY = ask();
  }

  /** Blocks, the first time, until it is fetched. */
  public static Path binary() {
    return Holder.BINARY;
  }

  private static Path ask() {
    try {
      Process script =
          new ProcessBuilder(SCRIPT.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      if (!script.waitFor(SCRIPT_BOUND_MINUTES, TimeUnit.MINUTES)) {
        script.destroyForcibly();
        throw new AssertionError(SCRIPT + " did not end within its bound");
      }
      byte[] output = script.getInputStream().readAllBytes();
      if (script.exitValue() != 0) {
        throw new AssertionError(SCRIPT + " failed; its message is on standard error");
      }
      return Path.of(new String(output, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      throw new AssertionError(SCRIPT + " cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + SCRIPT, e);
    }
  }
}
