/** Measures the Java client's retry patterns under contention. */
@NullMarked
package dev.aether.bench.retry;

import org.jspecify.annotations.NullMarked;
