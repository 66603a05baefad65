/** Two builds of the server beside each other. */
@NullMarked
package dev.aether.bench.versions;

import org.jspecify.annotations.NullMarked;
