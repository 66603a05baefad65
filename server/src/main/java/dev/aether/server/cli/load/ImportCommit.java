package dev.aether.server.cli.load;

import java.util.List;

/**
 * Events of one actor that are saved together.
 *
 * @param chars total length of its lines
 */
record ImportCommit(ActorKey actor, String commitId, List<ImportEvent> events, int chars)
    implements ImportItem {
  ImportCommit {
    events = List.copyOf(events);
  }

  @Override
  public long firstLine() {
    return events.get(0).line().number();
  }
}
