/** What is measured, each with its target. */
@NullMarked
package dev.aether.bench.scenario;

import org.jspecify.annotations.NullMarked;
