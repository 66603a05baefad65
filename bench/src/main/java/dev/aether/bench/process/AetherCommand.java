package dev.aether.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands such as {@code aether import} as a user does, with the launcher's flags. */
public final class AetherCommand {
  private static final List<String> LAUNCHER_FLAGS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  private static final Duration END_WITHIN = Duration.ofMinutes(5);
  private static final double NANOS_PER_SECOND = 1e9;

  private AetherCommand() {}

  /** Runs a command. Returns the seconds from the start to the end of the process. */
  public static double seconds(Rig rig, AetherProcess node, String... arguments)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile(rig.folder(), "command-", ".log");
    List<String> command = new ArrayList<>();
    command.add(AetherProcess.JAVA);
    command.addAll(LAUNCHER_FLAGS);
    command.addAll(ClassArchive.options(rig));
    command.addAll(List.of("-jar", rig.aetherJar().toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--server", node.address()));
    long begun = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!process.waitFor(END_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command + " did not end");
    }
    if (process.exitValue() != 0) {
      throw new IOException(command + " failed: " + Files.readString(log));
    }
    return (System.nanoTime() - begun) / NANOS_PER_SECOND;
  }
}
