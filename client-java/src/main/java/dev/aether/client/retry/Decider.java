package dev.aether.client.retry;

import dev.aether.client.NewEvent;
import java.util.List;

/**
 * The caller's decision: which events follow on what is known of the actor. Asked once for each
 * attempt, so it must not do what can't be done twice. What it throws ends the save and reaches the
 * caller.
 */
@FunctionalInterface
public interface Decider {
  /** The events to save, 1 to 1000; none, which is not null: there is nothing to save. */
  List<NewEvent> decide(Attempt attempt);
}
