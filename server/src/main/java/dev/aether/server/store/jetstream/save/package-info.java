/** Saving: one save, and how a duplicate of it is found. */
@NullMarked
package dev.aether.server.store.jetstream.save;

import org.jspecify.annotations.NullMarked;
