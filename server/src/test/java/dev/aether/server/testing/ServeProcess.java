package dev.aether.server.testing;

import dev.aether.server.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A node in a JVM of its own with a heap as small as a test wants. */
public final class ServeProcess implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("gRPC on 127\\.0\\.0\\.1:(\\d+)");
  private static final Pattern USED = Pattern.compile("used (\\d+)K");

  /** Also on a machine that is very busy. */
  private static final Duration CHILD_ENDS_WITHIN = Duration.ofSeconds(60);

  private final Process process;
  private final int port;

  private ServeProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts a node on a NATS and returns when it serves.
   *
   * @param heapMegabytes the largest heap it may have; it ends when that is not enough
   */
  public static ServeProcess start(TestNatsServer nats, int heapMegabytes) throws IOException {
    return start(
        List.of("-Xmx" + heapMegabytes + "m", "-XX:+ExitOnOutOfMemoryError"),
        List.of("--nats", nats.url()));
  }

  /** Starts a node whose JVM has these flags, on the store that serve's flags say. */
  public static ServeProcess start(List<String> jvmFlags, List<String> flags) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(java("java"));
    command.addAll(jvmFlags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.add("serve");
    command.addAll(flags);
    command.addAll(List.of("--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return started(process);
  }

  private static ServeProcess started(Process process) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        return new ServeProcess(process, Integer.parseInt(ready.group(1)));
      }
    }
    throw new IllegalStateException("serve ended with " + process.onExit().join().exitValue());
  }

  /**
   * Starts a node with a private nats-server whose data lie on a disk of their own: a tmpfs that
   * only the node and its nats-server see. Returns when it serves.
   *
   * @param log where its log goes
   */
  public static ServeProcess startOnOwnDisk(Path disk, long bytes, Path log) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "/usr/bin/unshare",
                "-Urm",
                "/bin/sh",
                "-c",
                "mount -t tmpfs -o size=\"$0\" tmpfs \"$1\" && shift && exec \"$@\"",
                Long.toString(bytes),
                disk.toString(),
                java("java"),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                "--data",
                disk.resolve("data").toString(),
                "--nats-server",
                TestNatsBinary.get().path().toString(),
                "--listen",
                "127.0.0.1:0",
                "--http",
                "127.0.0.1:0"));
    return started(new ProcessBuilder(command).redirectError(log.toFile()).start());
  }

  /** A path of this node as this process sees it. */
  public Path seen(Path path) {
    return Path.of("/proc/" + process.pid() + "/root" + path);
  }

  /** Tells it to end, as an orchestrator does, and waits until it has. */
  public int terminate() {
    process.destroy();
    return process.onExit().join().exitValue();
  }

  private static String java(String tool) {
    return Path.of(System.getProperty("java.home"), "bin", tool).toString();
  }

  /** Where it serves gRPC. */
  public int port() {
    return port;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Megabytes of its heap that are in use after a collection. */
  public long usedHeapMegabytes() throws IOException {
    jcmd("GC.run");
    Matcher used = USED.matcher(jcmd("GC.heap_info"));
    if (!used.find()) {
      throw new IllegalStateException("jcmd does not say what is used");
    }
    return Long.parseLong(used.group(1)) / 1024;
  }

  private String jcmd(String command) throws IOException {
    Process jcmd =
        new ProcessBuilder(java("jcmd"), Long.toString(process.pid()), command)
            .redirectErrorStream(true)
            .start();
    return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Kills the node, and waits for the private nats-server, which ends when its node is gone. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    for (ProcessHandle child : children) {
      child.onExit().orTimeout(CHILD_ENDS_WITHIN.toSeconds(), TimeUnit.SECONDS).join();
    }
    process.onExit().join();
  }
}
