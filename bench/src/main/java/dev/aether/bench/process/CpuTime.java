package dev.aether.bench.process;

import java.time.Duration;

/**
 * The CPU time that a process has used, which is more meaningful than elapsed time on a busy
 * machine.
 */
public final class CpuTime {
  private CpuTime() {}

  /**
   * The CPU time of a running process, with a resolution of about 10 ms; zero if the system does
   * not report it.
   */
  public static Duration of(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .orElse(Duration.ZERO);
  }
}
