/** Traces of saves and subscriptions, with OpenTelemetry. */
@NullMarked
package dev.aether.client.opentelemetry;

import org.jspecify.annotations.NullMarked;
