package dev.aether.server.store.jetstream.damage;

import java.util.Collections;
import java.util.List;

/**
 * Records that a log has lost.
 *
 * @param through an actor whose last record is at or before this sequence may have had a later one
 * @param acceptAt the operator accepts this loss by accepting losses up to this sequence
 * @param description what is missing, for messages; empty: nothing
 */
public record LogLoss(long through, long acceptAt, String description) {
  static final LogLoss NONE = new LogLoss(0, 0, "");

  boolean isNone() {
    return description.isEmpty();
  }

  /**
   * Derives the loss from the condition of a log that is not complete.
   *
   * @param deleted sequences that JetStream lists as deleted
   */
  static LogLoss of(LogCondition condition, List<Long> deleted) {
    long last = Math.max(1, condition.last());
    boolean listed = condition.missing() == deleted.size();
    if (!listed || condition.highestLost() > 0 && !deleted.contains(condition.highestLost())) {
      // It is not known which actors the records belonged to, and JetStream would assign their
      // sequences again, which would hide the loss. So no actor accepts saves until an operator
      // accepts the loss.
      long highest = Math.max(last, condition.highestLost());
      return new LogLoss(
          highest,
          highest,
          listed
              ? "JetStream lost records up to " + condition.highestLost()
              : Math.max(condition.missing(), deleted.size()) + " records are missing");
    }
    if (!deleted.isEmpty() || condition.first() > 1) {
      long low = condition.first() > 1 ? 1 : Collections.min(deleted);
      long high = deleted.isEmpty() ? condition.first() - 1 : Collections.max(deleted);
      long count = Math.max(0, condition.first() - 1) + deleted.size();
      String what =
          low == high
              ? "record " + low + " is missing"
              : count + " records from " + low + " to " + high + " are missing";
      return new LogLoss(high, high, what + ", which Aether did not delete");
    }
    return new LogLoss(
        0, last, "JetStream truncated the log by " + condition.lostBytes() + " bytes");
  }
}
