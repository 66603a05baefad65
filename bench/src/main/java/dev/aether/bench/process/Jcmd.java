package dev.aether.bench.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Queries another JVM on this machine. */
public final class Jcmd {
  private static final long ANSWER_WITHIN_SECONDS = 60;
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

  private Jcmd() {}

  /** The size of all reachable objects in bytes, after a full garbage collection. */
  public static long liveBytes(long pid) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String text = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher total = TOTAL.matcher(text);
    if (!jcmd.waitFor(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS) || !total.find()) {
      throw new IOException("no total in the output of jcmd: " + text);
    }
    return Long.parseLong(total.group(1));
  }
}
