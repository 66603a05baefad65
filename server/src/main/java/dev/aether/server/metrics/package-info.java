/** Collects what the parts of a node measure, for Prometheus and for OpenTelemetry. */
@NullMarked
package dev.aether.server.metrics;

import org.jspecify.annotations.NullMarked;
