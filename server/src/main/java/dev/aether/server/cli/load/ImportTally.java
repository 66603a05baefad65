package dev.aether.server.cli.load;

import java.util.concurrent.atomic.LongAdder;

/** Counts while an import runs. Any thread may look. */
public final class ImportTally {
  private final LongAdder imported = new LongAdder();
  private final LongAdder present = new LongAdder();
  private final LongAdder actors = new LongAdder();
  private final LongAdder commits = new LongAdder();

  void actorMet() {
    actors.increment();
  }

  void commitImported(int events) {
    commits.increment();
    imported.add(events);
  }

  void commitPresent(int events) {
    present.add(events);
  }

  /** The counts as they are now. */
  public ImportCounts counts() {
    return new ImportCounts(imported.sum(), present.sum(), actors.sum(), commits.sum());
  }
}
