/** Whether the benchmarks measure what they say. */
@NullMarked
package dev.aether.bench.retry;

import org.jspecify.annotations.NullMarked;
