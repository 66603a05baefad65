/** The requests to NATS and JetStream, what their answers mean, and the ordered consumer. */
@NullMarked
package dev.aether.server.store.jetstream.wire;

import org.jspecify.annotations.NullMarked;
