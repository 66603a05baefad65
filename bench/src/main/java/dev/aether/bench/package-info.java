/**
 * Benchmarks of Aether in comparison with raw JetStream: the command line and the list of
 * scenarios.
 */
@NullMarked
package dev.aether.bench;

import org.jspecify.annotations.NullMarked;
