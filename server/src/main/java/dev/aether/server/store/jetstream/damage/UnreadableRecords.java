package dev.aether.server.store.jetstream.damage;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Quoting;
import dev.aether.server.store.jetstream.format.LogStream;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The actors' records that cannot be read. Logs each one once. Thread-safe. */
public final class UnreadableRecords {
  private static final Logger LOG = LoggerFactory.getLogger(UnreadableRecords.class);

  /** At most this many are kept; later ones are dropped. */
  private static final int MAX_RECORDS = 1000;

  /**
   * @param sequence of the record; 0: the actor's newest records
   */
  private record Key(String stream, String actor, long sequence) {}

  private final Map<Key, String> records = new ConcurrentHashMap<>();

  /**
   * Reports records of an actor that cannot be read.
   *
   * @param sequence the record's sequence; 0: the actor's newest records, whose sequences are not
   *     known
   */
  public void add(LogStream stream, ActorId actor, long sequence, String what) {
    if (records.size() < MAX_RECORDS
        && records.putIfAbsent(new Key(stream.name(), actor.value(), sequence), what) == null) {
      LOG.error(
          "the log of namespace {} is damaged: actor {}: {} (stream {}). To restore it, see"
              + " docs/operations/troubleshoot.md",
          stream.log().namespace(),
          Quoting.quote(actor.value()),
          what,
          stream.name());
    }
  }

  /** Clears a report that an actor's newest records cannot be read. */
  public void removeNewest(LogStream stream, ActorId actor) {
    if (!records.isEmpty()) {
      records.remove(new Key(stream.name(), actor.value(), 0));
    }
  }

  /** One line for each, sorted. */
  Stream<String> report() {
    return records.entrySet().stream()
        .map(
            entry ->
                entry.getKey().stream()
                    + ": actor "
                    + Quoting.quote(entry.getKey().actor())
                    + ": "
                    + entry.getValue())
        .sorted();
  }

  void forget(String stream) {
    records.keySet().removeIf(key -> key.stream().equals(stream));
  }

  void retainStreams(Set<String> streams) {
    records.keySet().removeIf(key -> !streams.contains(key.stream()));
  }
}
