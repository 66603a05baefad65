/** Tests. */
@NullMarked
package dev.aether.faults.traffic;

import org.jspecify.annotations.NullMarked;
