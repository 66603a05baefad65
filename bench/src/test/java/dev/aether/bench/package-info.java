/** Whether the benchmarks measure what they say. */
@NullMarked
package dev.aether.bench;

import org.jspecify.annotations.NullMarked;
