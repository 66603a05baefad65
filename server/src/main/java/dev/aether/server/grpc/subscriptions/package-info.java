/** Subscriptions and broadcasts. */
@NullMarked
package dev.aether.server.grpc.subscriptions;

import org.jspecify.annotations.NullMarked;
