/** What several examples use. */
@NullMarked
package dev.aether.examples.common;

import org.jspecify.annotations.NullMarked;
