package dev.aether.faults.failpoint;

import java.time.Duration;
import java.util.Locale;

/**
 * A planned fault.
 *
 * @param after the time since the previous fault was injected
 * @param target the name of a process or a link
 * @param hold how long the target is down, suspended or cut off
 */
public record Fault(int number, Duration after, Kind kind, String target, Duration hold) {

  /** What happens to the target. */
  public enum Kind {
    SIGKILL,
    SIGTERM,
    SIGSTOP,
    CUT
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s %s for %.1f s", kind, target, hold.toMillis() / 1000.0);
  }
}
