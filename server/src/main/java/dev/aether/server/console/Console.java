package dev.aether.server.console;

import dev.aether.server.bus.EventBus;
import dev.aether.server.event.ConflictCounts;
import dev.aether.server.ops.Conditions;
import dev.aether.server.ops.Route;
import dev.aether.server.store.Store;
import java.util.List;
import java.util.stream.Stream;

/** The pages of the console: its files, and the JSON that they ask for under {@code /api}. */
public final class Console {
  private Console() {}

  /**
   * Returns the pages.
   *
   * @param nodeId the node's name
   * @param version of Aether
   */
  public static List<Route> routes(
      String nodeId,
      String version,
      Store store,
      EventBus bus,
      ConflictCounts conflicts,
      Conditions conditions) {
    return Stream.of(
            ConsolePages.routes(),
            new ConsoleState(nodeId, version, store, bus, conflicts, conditions).routes(),
            new ConsoleReads(store).routes())
        .flatMap(List::stream)
        .toList();
  }
}
