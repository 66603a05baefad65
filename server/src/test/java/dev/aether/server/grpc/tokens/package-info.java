@NullMarked
package dev.aether.server.grpc.tokens;

import org.jspecify.annotations.NullMarked;
