package dev.aether.server.cli;

import dev.aether.server.cli.load.ImportCounts;
import dev.aether.server.cli.load.ImportTally;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Describes how far an import got.
 *
 * @param startNanos when it started, as {@link System#nanoTime()}
 */
record ImportResult(ImportTally tally, long startNanos) {

  /** The current counts as a sentence. */
  String sentence() {
    ImportCounts counts = tally.counts();
    StringBuilder said = new StringBuilder(Counted.of(counts.imported(), "event"));
    said.append(" imported, ").append(counts.present()).append(" already there, ");
    said.append(Counted.of(counts.actors(), "actor")).append(", ");
    said.append(Counted.of(counts.commits(), "commit")).append(", ");
    if (counts.snapshots() + counts.presentSnapshots() > 0) {
      said.append(Counted.of(counts.snapshots(), "snapshot")).append(" imported, ");
      said.append(counts.presentSnapshots()).append(" already there, ");
    }
    if (counts.withoutFirstStored() > 0) {
      said.append(Counted.of(counts.withoutFirstStored(), "event"));
      said.append(" without room for aether.stored_at in the metadata, ");
    }
    double seconds = (System.nanoTime() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    return said.append(String.format(Locale.ROOT, "%.1f s", seconds)).toString();
  }
}
