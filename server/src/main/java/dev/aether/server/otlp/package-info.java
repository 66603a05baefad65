/** Sends traces and metrics to an OpenTelemetry collector, as OTLP over HTTP. */
@NullMarked
package dev.aether.server.otlp;

import org.jspecify.annotations.NullMarked;
