/** The faults of a run: which, where and when, and their injection. */
@NullMarked
package dev.aether.faults.failpoint;

import org.jspecify.annotations.NullMarked;
