/** Traces, as a collector gets them. */
@NullMarked
package dev.aether.server.traces;

import org.jspecify.annotations.NullMarked;
