/** Generates load and measures it. */
@NullMarked
package dev.aether.bench.load;

import org.jspecify.annotations.NullMarked;
