package dev.aether.server.cli.export;

import dev.aether.client.AetherClient;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.LogSignal;
import dev.aether.client.NamespaceInfo;
import dev.aether.client.ReadLogOptions;
import dev.aether.client.Snapshot;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Exports the logs of namespaces up to their current ends, and then the snapshots of their actors.
 *
 * <p>A snapshot that is taken while the export runs may include events that are not exported yet.
 * Therefore, each time some snapshots have been read, the logs are read further before the
 * snapshots are written. An import that reads the lines in order then has the events of each
 * snapshot before it. Used by one thread.
 */
public final class Exporter {
  private final AetherClient client;
  private final ExportOptions options;
  private final ExportTarget target;
  private final ExportTally tally;
  private @Nullable Cursor cursor;

  public Exporter(
      AetherClient client, ExportOptions options, ExportTarget target, ExportTally tally) {
    this.client = client;
    this.options = options;
    this.target = target;
    this.tally = tally;
    this.cursor = options.start().orElse(null);
  }

  /** Writes everything. If it throws, the target is not finished. */
  public void run() throws IOException {
    copyLogs(true);
    if (options.snapshots()) {
      SnapshotSweep sweep = new SnapshotSweep(client);
      for (String namespace : namespaces()) {
        sweep.run(namespace, snapshots -> copy(namespace, snapshots));
      }
    }
    target.finish();
  }

  /** A pattern without wildcards is the name of one namespace, which may not exist. */
  private List<String> namespaces() {
    if (!options.pattern().contains("*") && !options.pattern().contains(">")) {
      return List.of(options.pattern());
    }
    try (Stream<NamespaceInfo> found = client.namespaces().list(options.pattern())) {
      return found.map(NamespaceInfo::name).toList();
    }
  }

  private void copy(String namespace, List<Snapshot> snapshots) throws IOException {
    copyLogs(false);
    for (Snapshot snapshot : snapshots) {
      target.line(ExportLines.of(namespace, snapshot));
      tally.snapshot();
    }
  }

  /** Copies from where the last read ended to the current ends. */
  private void copyLogs(boolean mayBeGoneOnWith) throws IOException {
    ReadLogOptions.Builder read =
        ReadLogOptions.builder()
            .namespacePattern(options.pattern())
            .reportCorrupt(options.onCorrupt().isPresent());
    if (cursor != null) {
      read.after(cursor);
    }
    try (Stream<LogSignal> signals = client.readLog(read.build())) {
      for (Iterator<LogSignal> each = signals.iterator(); each.hasNext(); ) {
        take(each.next(), mayBeGoneOnWith);
      }
    }
  }

  private void take(LogSignal signal, boolean mayBeGoneOnWith) throws IOException {
    if (signal instanceof LogSignal.Committed committed) {
      Commit commit = committed.commit();
      for (String line : ExportLines.of(commit)) {
        target.line(line);
      }
      tally.commit(commit.events().size());
    } else if (signal instanceof LogSignal.Corrupt corrupt) {
      tally.corruptRecord();
      options.onCorrupt().ifPresent(told -> told.accept(corrupt.error()));
    } else if (signal instanceof LogSignal.CursorMoved moved) {
      cursor = moved.cursor();
      if (mayBeGoneOnWith) {
        target.reached(moved.cursor());
      }
    }
  }
}
