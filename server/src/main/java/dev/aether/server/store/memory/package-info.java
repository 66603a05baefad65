/** A store in memory, for experiments and tests. */
@NullMarked
package dev.aether.server.store.memory;

import org.jspecify.annotations.NullMarked;
