/** Reads one actor, or a complete log. */
@NullMarked
package dev.aether.server.store.jetstream.read;

import org.jspecify.annotations.NullMarked;
