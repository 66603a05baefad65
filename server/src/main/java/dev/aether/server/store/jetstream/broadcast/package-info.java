/** Broadcasts over core NATS. */
@NullMarked
package dev.aether.server.store.jetstream.broadcast;

import org.jspecify.annotations.NullMarked;
