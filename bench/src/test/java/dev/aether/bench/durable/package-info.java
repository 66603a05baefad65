/** Whether the benchmarks measure what they say. */
@NullMarked
package dev.aether.bench.durable;

import org.jspecify.annotations.NullMarked;
