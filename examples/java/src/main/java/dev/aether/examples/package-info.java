/**
 * Example programs to copy from. Each package is a program, which {@code examples/java/run} starts.
 */
@NullMarked
package dev.aether.examples;

import org.jspecify.annotations.NullMarked;
