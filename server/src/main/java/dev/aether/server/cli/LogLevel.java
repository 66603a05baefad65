package dev.aether.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Sets how much a command logs to standard error. Warnings by default. */
final class LogLevel {
  private LogLevel() {}

  /** For the demo, whose servers end in a moment: warnings would only distract. */
  static void error() {
    set(Level.ERROR);
  }

  /** For a server, whose log is read later. */
  static void set(Level level) {
    ((Logger) LoggerFactory.getLogger("dev.aether")).setLevel(level);
  }
}
