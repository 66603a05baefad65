package dev.aether.faults.history;

import java.util.List;
import java.util.Map;

/**
 * Everything that a run has seen.
 *
 * @param saves all that were sent
 * @param logs by namespace; read after all faults were over
 */
public record History(
    List<Save> saves,
    Map<String, List<StoredCommit>> logs,
    List<ReadActor> actors,
    List<Delivered> deliveries) {
  public History {
    saves = List.copyOf(saves);
    logs = Map.copyOf(logs);
    actors = List.copyOf(actors);
    deliveries = List.copyOf(deliveries);
  }
}
