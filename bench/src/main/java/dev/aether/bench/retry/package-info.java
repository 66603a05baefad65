/** Measures the retry patterns of the Java client under contention. */
@NullMarked
package dev.aether.bench.retry;

import org.jspecify.annotations.NullMarked;
