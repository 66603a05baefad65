package dev.aether.faults.topology;

import java.nio.file.Path;

/** A process that can be faulted. Used by one thread at a time. */
public interface FaultyProcess {
  /** Its name in a plan. */
  String name();

  /** Where it writes its log. */
  Path log();

  /** Whether it runs, as it should while no fault of it is in force. */
  boolean isUp();

  /** Describes how a process that is not up has ended. */
  String ending();

  /** Ends it by SIGKILL. */
  void kill();

  /** Ends it by SIGTERM. Blocks until it is gone. */
  void terminate();

  /** Suspends it by SIGSTOP. */
  void suspend();

  /** Resumes it by SIGCONT, unless it has been killed since. */
  void resume();

  /** Blocks until it is ready again after {@link #kill} or {@link #terminate}. */
  void restart();
}
