package dev.aether.bench.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts the servers of a run.
 *
 * @param natsServer the executable
 * @param aetherJar what {@code mvn package} made
 * @param nodeOptions Java's options for every node, for profiling
 * @param folder for all that the servers write; the caller deletes it
 */
public record Rig(Path natsServer, Path aetherJar, List<String> nodeOptions, Path folder) {
  private static final Duration FETCH_WITHIN = Duration.ofMinutes(10);

  /**
   * The nats-server that the repository's script finds or fetches; blocks meanwhile.
   *
   * @param home the repository
   */
  public static Path askNatsServer(Path home) throws IOException, InterruptedException {
    Process script =
        new ProcessBuilder(home.resolve("dev/nats-server").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String path = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!script.waitFor(FETCH_WITHIN.toSeconds(), TimeUnit.SECONDS) || script.exitValue() != 0) {
      script.destroyForcibly();
      throw new IOException("dev/nats-server failed; its message is on standard error");
    }
    return Path.of(path.strip());
  }

  /** A nats-server with an empty store. */
  public NatsProcess nats() throws IOException {
    return new NatsProcess(natsServer, Files.createTempDirectory(folder, "nats-"));
  }

  /** A node in front of a nats-server. */
  public AetherProcess node(NatsProcess nats, String... javaOptions) throws IOException {
    List<String> options = new ArrayList<>(List.of(javaOptions));
    options.addAll(nodeOptions);
    return new AetherProcess(
        aetherJar, folder, options, List.of("--nats", nats.url(), "--nats-sync", "interval"));
  }
}
