package dev.aether.server.cli.load;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps as metadata when an event was stored first, since the store says only when it stored it
 * itself. An event that has that from an earlier import keeps it.
 */
final class FirstStored {
  /** The key, with a time as its value: ISO 8601 in UTC. */
  static final String KEY = "aether.stored_at";

  /** The contract's bounds. */
  private static final int MAX_KEYS = 64;

  private static final int MAX_BYTES = 16 * 1024;

  private FirstStored() {}

  /** Whether the line has a time that its metadata should hold and doesn't. */
  static boolean isMissing(ImportLine line) {
    return line.place().storedAt().isPresent() && !line.metadata().containsKey(KEY);
  }

  /** The line's metadata with the time; empty where an event's metadata have no room for it. */
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
