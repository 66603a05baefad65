package dev.aether.bench;

import dev.aether.bench.scenario.AcrossNodes;
import dev.aether.bench.scenario.CachedActors;
import dev.aether.bench.scenario.ContendedActors;
import dev.aether.bench.scenario.FanOut;
import dev.aether.bench.scenario.ImportTime;
import dev.aether.bench.scenario.LongActor;
import dev.aether.bench.scenario.ManyActors;
import dev.aether.bench.scenario.ReadyTime;
import dev.aether.bench.scenario.RealLog;
import dev.aether.bench.scenario.SaveLatency;
import dev.aether.bench.scenario.SaveRate;
import dev.aether.bench.scenario.Scenario;
import dev.aether.bench.scenario.SecuredSaves;
import dev.aether.bench.scenario.SparseReads;
import dev.aether.bench.scenario.WholeLog;
import java.nio.file.Path;
import java.util.List;

/** The lists of all scenarios. */
final class Suite {
  private static final String REAL_LOG = "../shared/data/bpic2012.jsonl.gz";

  private Suite() {}

  /**
   * The scenarios, in the order in which they run.
   *
   * @param home the folder of the repository
   */
  static List<Scenario> all(Path home) {
    RealLog log = new RealLog(home.resolve(REAL_LOG));
    return List.of(
        SaveRate.single(),
        SaveRate.ofTen(),
        new SaveLatency(),
        new SparseReads(),
        new FanOut(),
        new CachedActors(),
        new ImportTime(log),
        new ReadyTime(),
        new LongActor(),
        new WholeLog(log),
        new AcrossNodes(),
        new ContendedActors(),
        new SecuredSaves(home));
  }

  /** The scenarios that take too long and too much space for every run. */
  static List<Scenario> large() {
    return List.of(new ManyActors());
  }
}
