/** Traces of real clients, nodes and a nats-server. */
@NullMarked
package dev.aether.client.opentelemetry;

import org.jspecify.annotations.NullMarked;
