/**
 * The gRPC API: turns requests into commands for the store and the event bus, and exceptions into
 * statuses.
 */
@NullMarked
package dev.aether.server.grpc;

import org.jspecify.annotations.NullMarked;
