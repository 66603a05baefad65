/** The conditional write, which stores everything that Aether stores. */
@NullMarked
package dev.aether.server.store.jetstream.write;

import org.jspecify.annotations.NullMarked;
