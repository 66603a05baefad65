package dev.aether.server.grpc.errors;

import dev.aether.server.event.StoreException;
import dev.aether.v1.Event;
import java.util.List;

/**
 * A version conflict and the events from the attempted version on. The status contains as many of
 * them as fit.
 */
public final class ConflictWithEvents extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final StoreException.VersionConflict conflict;
  private final transient List<Event> events;

  /**
   * @param events in order, without a gap
   */
  public ConflictWithEvents(StoreException.VersionConflict conflict, List<Event> events) {
    super(conflict.getMessage(), null, false, false);
    this.conflict = conflict;
    this.events = events;
  }

  StoreException.VersionConflict conflict() {
    return conflict;
  }

  public List<Event> events() {
    return events;
  }
}
