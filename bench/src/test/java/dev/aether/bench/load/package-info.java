/** Tests of the load generators. */
@NullMarked
package dev.aether.bench.load;

import org.jspecify.annotations.NullMarked;
