package dev.aether.server.testing;

import dev.aether.server.embedded.NatsServerBinary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The nats-server that all tests use: what {@code dev/nats-server} prints, asked once for each JVM.
 */
public final class TestNatsBinary {
  private static final String SCRIPT = "dev/nats-server";

  /** Fetching may mean compiling, on a machine that is busy with other tests. */
  private static final long SCRIPT_BOUND_MINUTES = 10;

  private TestNatsBinary() {}

  /** Asked when first used, by the class loader's own lock. */
  private static final class Holder {
    static final NatsServerBinary BINARY = NatsServerBinary.find(Optional.of(ask()));
  }

  /** Blocks, the first time, until the binary is fetched. */
  public static NatsServerBinary get() {
    return Holder.BINARY;
  }

  private static Path ask() {
    try {
      Process script =
          new ProcessBuilder(repositoryRoot().resolve(SCRIPT).toString())
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

  private static Path repositoryRoot() {
    @Nullable Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve(SCRIPT))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new AssertionError(SCRIPT + " is in no folder above " + Path.of("").toAbsolutePath());
    }
    return folder;
  }
}
