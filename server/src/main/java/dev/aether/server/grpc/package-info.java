/** The door: requests become commands here, and exceptions become statuses. */
@NullMarked
package dev.aether.server.grpc;

import org.jspecify.annotations.NullMarked;
