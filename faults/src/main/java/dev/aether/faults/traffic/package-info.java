/** The clients of a run: writers, subscribers, and the readers that look at the end. */
@NullMarked
package dev.aether.faults.traffic;

import org.jspecify.annotations.NullMarked;
