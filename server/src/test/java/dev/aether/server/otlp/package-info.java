/** Traces, as a collector gets them. */
@NullMarked
package dev.aether.server.otlp;

import org.jspecify.annotations.NullMarked;
