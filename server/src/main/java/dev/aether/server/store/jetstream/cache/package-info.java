/** What this node remembers of actors: their heads and the ids of their recent commits. */
@NullMarked
package dev.aether.server.store.jetstream.cache;

import org.jspecify.annotations.NullMarked;
