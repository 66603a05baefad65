package dev.aether.server.cli.export;

/** Counters of a running export. One thread counts, any thread may read. */
public final class ExportTally {
  private volatile long events;
  private volatile long commits;
  private volatile long snapshots;
  private volatile long corrupt;

  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread counts.
  void commit(int ofEvents) {
    commits++;
    events += ofEvents;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread counts.
  void snapshot() {
    snapshots++;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread counts.
  void corruptRecord() {
    corrupt++;
  }

  /** Events written by this run. */
  public long events() {
    return events;
  }

  /** Commits written by this run. */
  public long commits() {
    return commits;
  }

  /** Snapshots written by this run. */
  public long snapshots() {
    return snapshots;
  }

  /** Records that could not be decoded and were skipped. */
  public long corrupt() {
    return corrupt;
  }
}
