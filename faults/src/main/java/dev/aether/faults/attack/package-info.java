/** Attacks on a secured node, and what it answers. */
@NullMarked
package dev.aether.faults.attack;

import org.jspecify.annotations.NullMarked;
