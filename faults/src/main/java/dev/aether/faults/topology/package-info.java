/** The servers of a run, as separate processes. */
@NullMarked
package dev.aether.faults.topology;

import org.jspecify.annotations.NullMarked;
