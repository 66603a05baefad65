package dev.aether.server.reallog;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The built jar in a process of its own. */
final class JarProcess {
  private static final Path JAR = Path.of("target", "aether.jar");
  private static final Duration LONGEST_RUN = Duration.ofMinutes(15);
  private static final Pattern READY = Pattern.compile("gRPC on (127\\.0\\.0\\.1:\\d+)");

  private JarProcess() {}

  /** A node that serves. */
  record Node(Process process, String address) {
    /** Ends it with SIGKILL. */
    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    void stop() throws InterruptedException {
      process.destroy();
      process.waitFor();
    }
  }

  /** What a command printed, and its exit code. */
  record Outcome(int exitCode, String err, Duration took) {}

  /** Runs {@code serve} on a data folder until it is ready. */
  static Node serve(Path data, Path natsServer) throws IOException {
    Process process =
        builder(
                List.of(
                    "serve",
                    "--data",
                    data.toString(),
                    "--listen",
                    "127.0.0.1:0",
                    "--http",
                    "127.0.0.1:0",
                    "--nats-server",
                    natsServer.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (@Nullable String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        return new Node(process, ready.group(1));
      }
    }
    throw new IllegalStateException("serve ended with " + process.onExit().join().exitValue());
  }

  /** Runs a client command to its end. */
  static Outcome run(String... args) throws IOException, InterruptedException {
    Path err = Files.createTempFile("aether-it", ".err");
    long begun = System.nanoTime();
    Process process =
        builder(List.of(args))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(LONGEST_RUN.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("still running: " + List.of(args));
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    return new Outcome(process.exitValue(), read(err), took);
  }

  /** Begins a client command, for somebody to end it. */
  static Process begin(String... args) throws IOException {
    return builder(List.of(args))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static ProcessBuilder builder(List<String> args) {
    if (!Files.exists(JAR)) {
      throw new IllegalStateException("no " + JAR.toAbsolutePath() + ": run mvn verify");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-jar");
    command.add(JAR.toString());
    command.addAll(args);
    return new ProcessBuilder(command);
  }

  private static String read(Path file) {
    try {
      String text = Files.readString(file);
      Files.delete(file);
      return text;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
