/** Nodes that are restarted one after another, with the same or another version, under load. */
@NullMarked
package dev.aether.faults.rolling;

import org.jspecify.annotations.NullMarked;
