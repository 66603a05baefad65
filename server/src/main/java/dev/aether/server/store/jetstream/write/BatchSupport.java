package dev.aether.server.store.jetstream.write;

import dev.aether.server.nats.NatsServerVersion;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether batches pay, as far as it depends on the NATS server and the stream. Thread-safe.
 */
final class BatchSupport {
  private static final Logger LOG = LoggerFactory.getLogger(BatchSupport.class);

  /** Earlier servers sync each message of a batch ({@code coalesceSync} in stream.go is new). */
  private static final NatsServerVersion SYNCS_ONCE = new NatsServerVersion(2, 15, 0);

  private final JetStreamApi api;
  private volatile Server server = new Server("", false);

  /** Streams that do not accept batches, or not yet. At most one entry for each namespace. */
  private final Set<String> withoutBatches = ConcurrentHashMap.newKeySet();

  private record Server(String version, boolean syncsOnce) {}

  BatchSupport(JetStreamApi api) {
    this.api = api;
  }

  boolean isUsable(String stream) {
    return !withoutBatches.contains(stream) && syncsOnce();
  }

  /** Compared each time, since a reconnect may lead to another server. */
  private boolean syncsOnce() {
    String version = api.serverVersion();
    Server known = server;
    if (!known.version().equals(version)) {
      boolean isNewEnough =
          NatsServerVersion.parse(version).map(v -> v.compareTo(SYNCS_ONCE) >= 0).orElse(false);
      known = new Server(version, isNewEnough);
      server = known;
    }
    return known.syncsOnce();
  }

  /** Changes a stream that an earlier build of Aether created, so that it accepts batches. */
  void onDisabled(String stream) {
    if (!withoutBatches.add(stream)) {
      return;
    }
    api.allowBatches(stream)
        .whenComplete(
            (done, thrown) -> {
              if (thrown == null) {
                withoutBatches.remove(stream);
                LOG.info("stream {} now accepts batches, for group commit", stream);
                return;
              }
              JetStreamFailure why = JetStreamErrors.failure(thrown);
              LOG.warn(
                  "stream {} does not accept batches and could not be changed ({}); saves to it are"
                      + " published singly",
                  stream,
                  why.getMessage());
              if (why.kind() != JetStreamFailure.Kind.REFUSED) {
                withoutBatches.remove(stream);
              }
            });
  }
}
