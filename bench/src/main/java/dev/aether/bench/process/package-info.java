/** Runs servers as separate processes. */
@NullMarked
package dev.aether.bench.process;

import org.jspecify.annotations.NullMarked;
