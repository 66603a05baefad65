package dev.aether.server.store.jetstream.damage;

import io.nats.client.support.JsonValue;
import io.nats.client.support.JsonValueUtils;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The condition of a log, as its stream's leader reports it. Aether deletes nothing from a log, so
 * a complete log starts at 1 and has a record at each sequence.
 *
 * @param missing how many sequences between the first and the last have no record
 * @param lost whether JetStream reports that it lost records when it read its files
 * @param highestLost the highest sequence that JetStream reports as lost; 0: none is known
 * @param lostBytes the size of the lost records in JetStream's files
 * @param acceptedThrough an operator has accepted all losses up to this sequence
 * @param ofSubject how many records the requested subject has; 0 if none was requested
 */
public record LogCondition(
    long first,
    long last,
    long missing,
    boolean lost,
    long highestLost,
    long lostBytes,
    long acceptedThrough,
    long ofSubject) {
  /** The metadata key of a stream with which an operator accepts a loss. */
  public static final String ACCEPTED = "aether.accepted-loss";

  /** Reads a response to STREAM.INFO. The parser of jnats ignores the field {@code lost}. */
  public static LogCondition of(JsonValue info, String subject) {
    JsonValue state = JsonValueUtils.readValue(info, "state");
    JsonValue lost = JsonValueUtils.readValue(state, "lost");
    long last = JsonValueUtils.readLong(state, "last_seq", 0);
    return new LogCondition(
        JsonValueUtils.readLong(state, "first_seq", 0),
        last,
        last == 0 ? 0 : JsonValueUtils.readLong(state, "num_deleted", 0),
        lost != null,
        lost == null ? 0 : highest(JsonValueUtils.readLongList(lost, "msgs")),
        lost == null ? 0 : JsonValueUtils.readLong(lost, "bytes", 0),
        accepted(info),
        JsonValueUtils.readLong(JsonValueUtils.readValue(state, "subjects"), subject, 0));
  }

  /** The sequences between the first and the last that have no record. */
  static List<Long> deleted(JsonValue info) {
    List<Long> deleted =
        JsonValueUtils.readLongList(JsonValueUtils.readValue(info, "state"), "deleted");
    return deleted == null ? List.of() : deleted;
  }

  private static long highest(@Nullable List<Long> sequences) {
    return sequences == null || sequences.isEmpty() ? 0 : Collections.max(sequences);
  }

  private static long accepted(JsonValue info) {
    JsonValue config = JsonValueUtils.readValue(info, "config");
    JsonValue metadata = JsonValueUtils.readValue(config, "metadata");
    String text = JsonValueUtils.readString(metadata, ACCEPTED);
    try {
      return text == null ? 0 : Math.max(0, Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Whether there is no sign of a missing record. */
  boolean isWhole() {
    return missing == 0 && first <= 1 && !lost;
  }

  /** Whether more records are missing than in an earlier report. */
  boolean hasMoreGapsThan(LogCondition earlier) {
    return missing > earlier.missing || first > Math.max(1, earlier.first);
  }

  /** Whether this reports more damage than an earlier report. */
  boolean isWorseThan(LogCondition earlier) {
    return hasMoreGapsThan(earlier)
        || highestLost > earlier.highestLost
        || lostBytes > earlier.lostBytes
        || (lost && !earlier.lost);
  }
}
