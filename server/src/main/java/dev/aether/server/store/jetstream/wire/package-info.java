/** Requests to NATS and JetStream, their errors, and the ordered consumer. */
@NullMarked
package dev.aether.server.store.jetstream.wire;

import org.jspecify.annotations.NullMarked;
