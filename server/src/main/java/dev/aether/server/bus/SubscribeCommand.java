package dev.aether.server.bus;

import dev.aether.server.event.Cursor;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.v1.Broadcast;
import java.util.Map;

/**
 * A request to subscribe.
 *
 * @param broadcasts whether the subscriber also wants broadcasts
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

  /** Where the subscription begins. */
  public sealed interface Start {
    /** With commits that are stored after the call began. */
    record Live() implements Start {}

    /** With the first commit of each log. */
    record Beginning() implements Start {}

    /**
     * After a cursor and the commits that the subscriber has handled since.
     *
     * @param handled the last commit that the subscriber handled, by namespace and partition.
     *     Ignored for logs that are not in the cursor, since another incarnation of the namespace
     *     has other positions
     */
    record After(Cursor cursor, Map<Namespace, Map<Integer, Mark>> handled) implements Start {
      /** The commit after which the subscription begins in a log. */
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

      /** The last commit whose fingerprint is known. */
      Mark verifiable(LogId log) {
        Mark last = in(log);
        return last.isVerifiable() ? last : cursor.in(log);
      }
    }
  }
}
