/** Programs to copy from; each package is one, and {@code examples/java/run} runs it. */
@NullMarked
package dev.aether.examples;

import org.jspecify.annotations.NullMarked;
