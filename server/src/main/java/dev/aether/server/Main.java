package dev.aether.server;

import dev.aether.server.cli.CommandLines;

/** Entry point of the jar. */
public final class Main {
  private Main() {}

  /** Runs the command line. */
  public static void main(String[] args) {
    System.exit(CommandLines.run(args));
  }
}
