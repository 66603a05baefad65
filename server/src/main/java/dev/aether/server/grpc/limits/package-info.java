/** How much of the node one client connection may use. */
@NullMarked
package dev.aether.server.grpc.limits;

import org.jspecify.annotations.NullMarked;
