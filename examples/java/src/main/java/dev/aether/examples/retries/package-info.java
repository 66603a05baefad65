/** Deciding again after a conflict, in six patterns side by side. */
@NullMarked
package dev.aether.examples.retries;

import org.jspecify.annotations.NullMarked;
