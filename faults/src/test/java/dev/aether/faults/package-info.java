/** Tests. */
@NullMarked
package dev.aether.faults;

import org.jspecify.annotations.NullMarked;
