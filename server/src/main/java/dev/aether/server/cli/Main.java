package dev.aether.server.cli;

import org.slf4j.bridge.SLF4JBridgeHandler;

/** Entry point of the jar. */
public final class Main {
  private Main() {}

  /** Runs the command line. */
  public static void main(String[] args) {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    System.exit(CommandLines.run(args));
  }
}
