/** Saves events, and recognises duplicates of a save. */
@NullMarked
package dev.aether.server.store.jetstream.save;

import org.jspecify.annotations.NullMarked;
