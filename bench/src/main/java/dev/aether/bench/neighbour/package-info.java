/** Measures a client next to clients that do not read their responses. */
@NullMarked
package dev.aether.bench.neighbour;

import org.jspecify.annotations.NullMarked;
