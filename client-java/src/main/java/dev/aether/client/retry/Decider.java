package dev.aether.client.retry;

import dev.aether.client.NewEvent;
import java.util.List;

/**
 * Decides which events to save. It is called once for each attempt, so it must not have side
 * effects that cannot be repeated. An exception that it throws ends the save and is passed to the
 * caller.
 */
@FunctionalInterface
public interface Decider {
  /**
   * Returns the events to save, 1 to 1000; an empty list, not null, if there is nothing to save.
   */
  List<NewEvent> decide(Attempt attempt);
}
