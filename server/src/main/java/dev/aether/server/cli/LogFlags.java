package dev.aether.server.cli;

import ch.qos.logback.classic.Level;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options for what a node logs to standard error. */
final class LogFlags {
  private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");
  private static final String TEXT = "text";
  private static final String JSON = "json";

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description =
          "The lowest level to log: error, warn, info, debug or trace. Default: ${DEFAULT-VALUE}")
  private String level = "info";

  @Option(
      names = "--log-format",
      paramLabel = "text|json",
      defaultValue = TEXT,
      description =
          "Write log lines for people, or each as a JSON object. Default: ${DEFAULT-VALUE}")
  private String format = TEXT;

  /**
   * Logs in this way from now on.
   *
   * @throws UsageException if an option has an unknown value
   */
  void apply() {
    if (!LEVELS.contains(level)) {
      throw new UsageException("--log-level must be " + String.join(", ", LEVELS));
    }
    if (!format.equals(TEXT) && !format.equals(JSON)) {
      throw new UsageException("--log-format must be text or json");
    }
    if (format.equals(JSON)) {
      LogSetup.logJson();
    }
    LogLevel.set(Level.toLevel(level.toUpperCase(Locale.ROOT)));
  }
}
