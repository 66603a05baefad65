package dev.aether.server.cli.load;

import java.util.concurrent.atomic.LongAdder;

/** Counts while an import runs. Any thread may look. */
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

  /** Number of the line that was read last; what it holds may not be stored yet. */
  public long line() {
    return line;
  }

  /** The counts as they are now. */
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
