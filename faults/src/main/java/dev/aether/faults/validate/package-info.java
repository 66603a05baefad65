/** Checks what a run has seen against what Aether promises. Pure functions. */
@NullMarked
package dev.aether.faults.validate;

import org.jspecify.annotations.NullMarked;
