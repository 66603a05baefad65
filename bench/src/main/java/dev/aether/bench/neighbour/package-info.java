/** Measures a client beside others that take no answers. */
@NullMarked
package dev.aether.bench.neighbour;

import org.jspecify.annotations.NullMarked;
