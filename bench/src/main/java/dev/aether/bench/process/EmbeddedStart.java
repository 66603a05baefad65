package dev.aether.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures how long a node with its own nats-server takes to start as the launcher starts it, and
 * stops it.
 */
public final class EmbeddedStart {
  private static final long END_WITHIN_SECONDS = 20;
  private static final double NANOS_PER_SECOND = 1e9;

  private EmbeddedStart() {}

  /**
   * Returns the seconds from the start of the process to the line that reports that it is ready.
   *
   * @throws IOException if it exits before
   */
  public static double seconds(Rig rig, Path data) throws IOException, InterruptedException {
    List<String> store =
        List.of("--data", data.toString(), "--nats-server", rig.natsServer().toString());
    List<String> options = new ArrayList<>(ClassArchive.options(rig));
    options.addAll(rig.nodeOptions());
    List<String> command = AetherProcess.command(rig.aetherJar(), options, store);
    long begun = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      double seconds = (System.nanoTime() - begun) / NANOS_PER_SECOND;
      if (line == null) {
        throw new IOException("aether exited before it was ready");
      }
      return seconds;
    } finally {
      process.destroy();
      if (!process.waitFor(END_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }
}
