/** Snapshots of actors. */
@NullMarked
package dev.aether.server.store.jetstream.snapshot;

import org.jspecify.annotations.NullMarked;
