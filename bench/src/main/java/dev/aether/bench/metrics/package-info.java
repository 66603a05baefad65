/** Measures what it costs a node to measure itself. */
@NullMarked
package dev.aether.bench.metrics;

import org.jspecify.annotations.NullMarked;
