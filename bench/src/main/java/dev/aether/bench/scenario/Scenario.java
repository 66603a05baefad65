package dev.aether.bench.scenario;

import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;

/** A scenario that is measured with its own servers. */
public interface Scenario {
  /** Its letter. */
  String id();

  /** Runs the scenario, for a limited time. */
  Outcome run(Rig rig, Scale scale) throws Exception;
}
