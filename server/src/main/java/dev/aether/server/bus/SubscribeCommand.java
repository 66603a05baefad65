package dev.aether.server.bus;

import dev.aether.server.event.Cursor;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.v1.Broadcast;
import java.util.Map;

/**
 * What a subscriber asked for.
 *
 * @param broadcasts whether it also wants what is published and not stored
 */
public record SubscribeCommand(
    NamePattern namespaces,
    Start start,
    EventFilter filter,
    boolean reportCorrupt,
    boolean broadcasts) {

  boolean wants(Broadcast broadcast) {
    return broadcasts
        && namespaces.matches(broadcast.getNamespace())
        && filter.passes(broadcast.getEvent());
  }

  /** Where to begin. */
  public sealed interface Start {
    /** With what is stored after the call began. */
    record Live() implements Start {}

    /** With the first commit. */
    record Beginning() implements Start {}

    /**
     * After a cursor, and what the subscriber handled since.
     *
     * @param handled by namespace and partition, the last commit that the subscriber handled;
     *     counts only for logs that are in the cursor, since another incarnation of the namespace
     *     has other positions
     */
    record After(Cursor cursor, Map<Namespace, Map<Integer, Mark>> handled) implements Start {
      /** After which commit to begin. */
      Mark in(LogId log) {
        if (!cursor.has(log)) {
          return Mark.NONE;
        }
        Mark since =
            handled
                .getOrDefault(log.namespace(), Map.of())
                .getOrDefault(log.partition(), Mark.NONE);
        return since.position() > cursor.in(log).position() ? since : cursor.in(log);
      }

      /** The last commit that can be told from another one at its position. */
      Mark verifiable(LogId log) {
        Mark last = in(log);
        return last.isVerifiable() ? last : cursor.in(log);
      }
    }
  }
}
