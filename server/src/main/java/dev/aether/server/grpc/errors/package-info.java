/** How exceptions become gRPC statuses. */
@NullMarked
package dev.aether.server.grpc.errors;

import org.jspecify.annotations.NullMarked;
