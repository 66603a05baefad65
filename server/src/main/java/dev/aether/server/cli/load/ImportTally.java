package dev.aether.server.cli.load;

import java.util.concurrent.atomic.LongAdder;

/** Counters of a running import. Thread-safe. */
public final class ImportTally {
  private final LongAdder imported = new LongAdder();
  private final LongAdder present = new LongAdder();
  private final LongAdder actors = new LongAdder();
  private final LongAdder commits = new LongAdder();
  private final LongAdder snapshots = new LongAdder();
  private final LongAdder presentSnapshots = new LongAdder();
  private final LongAdder withoutFirstStored = new LongAdder();
  private volatile long line;

  void lineRead(long number) {
    line = number;
  }

  void actorMet() {
    actors.increment();
  }

  void commitImported(int events, int withoutFirstStored) {
    commits.increment();
    imported.add(events);
    this.withoutFirstStored.add(withoutFirstStored);
  }

  void commitPresent(int events) {
    present.add(events);
  }

  void snapshotImported() {
    snapshots.increment();
  }

  void snapshotPresent() {
    presentSnapshots.increment();
  }

  /** The number of the last line that was read. Its content may not be stored yet. */
  public long line() {
    return line;
  }

  /** The current counts. */
  public ImportCounts counts() {
    return new ImportCounts(
        imported.sum(),
        present.sum(),
        actors.sum(),
        commits.sum(),
        snapshots.sum(),
        presentSnapshots.sum(),
        withoutFirstStored.sum());
  }
}
