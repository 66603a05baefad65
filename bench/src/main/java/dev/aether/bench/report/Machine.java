package dev.aether.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Facts that the figures depend on: the machine, without its name, and what was built. */
public final class Machine {
  private static final long KIB_PER_GIB = 1024 * 1024;

  /** The line of {@code /proc/loadavg} before the build, which is a load itself. */
  private static final String LOAD = "aether.bench.load";

  private Machine() {}

  /**
   * The facts, in display order.
   *
   * @param home the folder of the Git repository
   */
  public static Map<String, String> facts(Path home, String natsVersion) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    facts.put("commit", commit(home));
    facts.put("cores", "" + Runtime.getRuntime().availableProcessors());
    facts.put("processor", fromProc("/proc/cpuinfo", "model name"));
    facts.put("memory", memory());
    facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("JDK", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("nats-server", natsVersion);
    facts.put(
        "load before the build", System.getProperty(LOAD, fromProc("/proc/loadavg", "")).strip());
    return facts;
  }

  /** With a remark if the code was changed since. Figures of earlier runs do not count. */
  private static String commit(Path home) {
    try {
      String commit = git(home, "rev-parse", "--short=8", "HEAD");
      String changes = git(home, "status", "--porcelain", "--", ".", ":!docs/benchmarks");
      return commit.isEmpty() ? "unknown" : changes.isEmpty() ? commit : commit + ", with changes";
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** Runs a Git command and returns its output; empty if it fails. */
  private static String git(Path home, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("git", "-C", home.toString()));
    command.addAll(List.of(arguments));
    Process git =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    return new String(git.getInputStream().readAllBytes(), UTF_8).strip();
  }

  private static String memory() {
    String kib = fromProc("/proc/meminfo", "MemTotal").replaceAll("\\D", "");
    return kib.isEmpty() ? "unknown" : Long.parseLong(kib) / KIB_PER_GIB + " GiB";
  }

  /** The text after the colon in the first line with this prefix. */
  private static String fromProc(String file, String start) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.startsWith(start))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
