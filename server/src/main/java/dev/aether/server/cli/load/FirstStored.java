package dev.aether.server.cli.load;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the time at which an event was first stored in its metadata, since the store only records
 * when it stored the event itself. An event that has this metadata from an earlier import keeps it.
 */
final class FirstStored {
  /** The metadata key. The value is a time in ISO 8601 format, in UTC. */
  static final String KEY = "aether.stored_at";

  /** The contract's limits. */
  private static final int MAX_KEYS = 64;

  private static final int MAX_BYTES = 16 * 1024;

  private FirstStored() {}

  /** Whether the line has a time that is missing in its metadata. */
  static boolean isMissing(ImportLine line) {
    return line.place().storedAt().isPresent() && !line.metadata().containsKey(KEY);
  }

  /** The line's metadata with the time added; empty if that exceeds the limits. */
  static Optional<Map<String, String>> added(ImportLine line) {
    Instant storedAt = line.place().storedAt().orElseThrow();
    Map<String, String> metadata = new HashMap<>(line.metadata());
    metadata.put(KEY, DateTimeFormatter.ISO_INSTANT.format(storedAt));
    int bytes = 0;
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      bytes += bytes(entry.getKey()) + bytes(entry.getValue());
    }
    return metadata.size() <= MAX_KEYS && bytes <= MAX_BYTES
        ? Optional.of(metadata)
        : Optional.empty();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
