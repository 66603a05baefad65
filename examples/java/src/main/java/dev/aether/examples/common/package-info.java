/** Shared by several examples. */
@NullMarked
package dev.aether.examples.common;

import org.jspecify.annotations.NullMarked;
