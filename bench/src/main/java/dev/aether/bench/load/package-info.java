/** What asks and measures. */
@NullMarked
package dev.aether.bench.load;

import org.jspecify.annotations.NullMarked;
