package dev.aether.server.cli;

/** Entry point of the jar. */
public final class Main {
  private Main() {}

  /** Runs the command line. */
  public static void main(String[] args) {
    System.exit(CommandLines.run(args));
  }
}
