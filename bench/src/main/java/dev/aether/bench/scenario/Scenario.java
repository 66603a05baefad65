package dev.aether.bench.scenario;

import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;

/** Something that is measured, with servers of its own. */
public interface Scenario {
  /** One letter. */
  String id();

  /** Runs it; bounded in time. */
  Outcome run(Rig rig, Scale scale) throws Exception;
}
