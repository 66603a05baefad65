/** Servers as processes of their own. */
@NullMarked
package dev.aether.bench.process;

import org.jspecify.annotations.NullMarked;
