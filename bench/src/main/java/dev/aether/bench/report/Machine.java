package dev.aether.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Facts about the machine that the figures depend on, without its name. */
public final class Machine {
  private static final long KIB_PER_GIB = 1024 * 1024;

  private Machine() {}

  /** The facts, in display order. */
  public static Map<String, String> facts(String natsVersion) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("cores", "" + Runtime.getRuntime().availableProcessors());
    facts.put("processor", fromProc("/proc/cpuinfo", "model name"));
    facts.put("memory", memory());
    facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("JDK", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("nats-server", natsVersion);
    facts.put("load at the start", fromProc("/proc/loadavg", ""));
    return facts;
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
