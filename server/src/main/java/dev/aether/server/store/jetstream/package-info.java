/** The store on NATS JetStream. */
@NullMarked
package dev.aether.server.store.jetstream;

import org.jspecify.annotations.NullMarked;
