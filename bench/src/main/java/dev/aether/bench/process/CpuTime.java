package dev.aether.bench.process;

import java.time.Duration;

/** The processor time that a process has used; on a busy machine it says more than the clock. */
public final class CpuTime {
  private CpuTime() {}

  /** Of a running process, to about 10 ms; zero where the system does not tell. */
  public static Duration of(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .orElse(Duration.ZERO);
  }
}
