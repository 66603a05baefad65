/** Calls that answer with pages: reading an actor, and reading logs. */
@NullMarked
package dev.aether.server.grpc.reads;

import org.jspecify.annotations.NullMarked;
