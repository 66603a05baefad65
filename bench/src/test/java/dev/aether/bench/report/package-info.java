/** Whether the benchmarks measure what they say. */
@NullMarked
package dev.aether.bench.report;

import org.jspecify.annotations.NullMarked;
