/** The scenarios that are measured, with their targets. */
@NullMarked
package dev.aether.bench.scenario;

import org.jspecify.annotations.NullMarked;
