/** Compares two builds of the server. */
@NullMarked
package dev.aether.bench.versions;

import org.jspecify.annotations.NullMarked;
