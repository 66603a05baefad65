/** Cursors and page tokens, as clients see them. */
@NullMarked
package dev.aether.server.grpc.tokens;

import org.jspecify.annotations.NullMarked;
