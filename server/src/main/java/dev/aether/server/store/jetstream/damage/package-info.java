/** Tracks records that are missing from logs. */
@NullMarked
package dev.aether.server.store.jetstream.damage;

import org.jspecify.annotations.NullMarked;
