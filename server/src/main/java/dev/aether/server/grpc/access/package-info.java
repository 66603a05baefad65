/** Who makes a call, and whether the caller may make it. */
@NullMarked
package dev.aether.server.grpc.access;

import org.jspecify.annotations.NullMarked;
