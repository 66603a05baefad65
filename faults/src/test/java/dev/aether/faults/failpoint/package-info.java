/** Tests. */
@NullMarked
package dev.aether.faults.failpoint;

import org.jspecify.annotations.NullMarked;
