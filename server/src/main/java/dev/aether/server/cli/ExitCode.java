package dev.aether.server.cli;

/** Exit codes of the commands. */
final class ExitCode {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int VERSION_CONFLICT = 3;
  static final int UNREACHABLE = 4;
  static final int OUTCOME_UNKNOWN = 5;

  private ExitCode() {}
}
