package dev.aether.server.store.jetstream.wire;

import io.nats.client.NUID;
import java.util.List;

/**
 * Messages that a stream stores together or not at all, and that nats-server syncs to disk once.
 * Each has a subject of its own, since nats-server refuses a batch that has one twice.
 *
 * @param id identifies the batch within its stream while it is being published
 */
public record AtomicBatch(String stream, String id, List<Entry> entries) {
  /** The most messages in a batch: nats-server's default limit. */
  public static final int MAX_ENTRIES = 1000;

  /** One message. */
  public record Entry(String subject, PublishHeaders headers, byte[] body) {}

  /** Creates a batch with a new id. */
  public static AtomicBatch of(String stream, List<Entry> entries) {
    return new AtomicBatch(stream, NUID.nextGlobal(), entries);
  }

  /** Copies the list. */
  public AtomicBatch {
    entries = List.copyOf(entries);
    if (entries.isEmpty() || entries.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException("a batch of " + entries.size() + " messages");
    }
  }
}
