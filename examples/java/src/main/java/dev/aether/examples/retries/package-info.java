/** Six patterns for retries after a conflict, side by side. */
@NullMarked
package dev.aether.examples.retries;

import org.jspecify.annotations.NullMarked;
