package dev.aether.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How much a command logs to standard error: warnings, unless it says otherwise. */
final class LogLevel {
  private LogLevel() {}

  /** For a server, whose log is read. */
  static void info() {
    set(Level.INFO);
  }

  /** For what a person watches, who needs no warnings about a server that ends in a moment. */
  static void error() {
    set(Level.ERROR);
  }

  private static void set(Level level) {
    ((Logger) LoggerFactory.getLogger("dev.aether")).setLevel(level);
  }
}
