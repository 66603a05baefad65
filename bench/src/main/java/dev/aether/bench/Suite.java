package dev.aether.bench;

import dev.aether.bench.scenario.SaveLatency;
import dev.aether.bench.scenario.SaveRate;
import dev.aether.bench.scenario.Scenario;
import java.nio.file.Path;
import java.util.List;

/** The list of all scenarios. */
final class Suite {
  private Suite() {}

  /**
   * In the order they run.
   *
   * @param home the repository
   */
  static List<Scenario> all(Path home) {
    return List.of(SaveRate.single(), SaveRate.ofTen(), new SaveLatency());
  }
}
