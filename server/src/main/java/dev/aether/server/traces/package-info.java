/** Records traces and sends them to a collector, with OpenTelemetry. */
@NullMarked
package dev.aether.server.traces;

import org.jspecify.annotations.NullMarked;
