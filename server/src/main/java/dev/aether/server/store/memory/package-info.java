/** A store without a disk, for trying out and for tests. */
@NullMarked
package dev.aether.server.store.memory;

import org.jspecify.annotations.NullMarked;
