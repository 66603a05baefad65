package dev.aether.server.cli.load;

import java.util.List;

/**
 * Events of one actor that are saved together.
 *
 * @param chars of the lines that it was made from
 */
record ImportCommit(String actorId, String commitId, List<ImportEvent> events, int chars) {
  ImportCommit {
    events = List.copyOf(events);
  }

  /** The line that begins it. */
  long firstLine() {
    return events.get(0).line().number();
  }
}
