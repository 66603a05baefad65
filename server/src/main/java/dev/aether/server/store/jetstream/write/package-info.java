/** The conditional write that everything Aether stores goes through. */
@NullMarked
package dev.aether.server.store.jetstream.write;

import org.jspecify.annotations.NullMarked;
