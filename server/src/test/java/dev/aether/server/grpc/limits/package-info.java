@NullMarked
package dev.aether.server.grpc.limits;

import org.jspecify.annotations.NullMarked;
