package dev.aether.server.store.jetstream.write;

import dev.aether.server.concurrent.Timers;
import dev.aether.server.nats.NatsServerVersion;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import java.time.Duration;
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

  /**
   * When a stream that could not be changed is tried again. Without the permission for the change
   * there is no answer, as if it was lost.
   */
  private static final Duration TRY_AGAIN_AFTER = Duration.ofMinutes(5);

  private final JetStreamApi api;
  private final Timers timers;
  private volatile Server server = new Server("", false);

  /** Streams that do not accept batches, or not yet. At most one entry for each namespace. */
  private final Set<String> withoutBatches = ConcurrentHashMap.newKeySet();

  private record Server(String version, boolean syncsOnce) {}

  BatchSupport(JetStreamApi api, Timers timers) {
    this.api = api;
    this.timers = timers;
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
              LOG.warn(
                  "stream {} does not accept batches and could not be changed ({}); saves to it are"
                      + " published singly",
                  stream,
                  JetStreamErrors.failure(thrown).getMessage());
              timers.after(TRY_AGAIN_AFTER, () -> withoutBatches.remove(stream));
            });
  }
}
