/** Saving events: one save, and streams of saves. */
@NullMarked
package dev.aether.server.grpc.saves;

import org.jspecify.annotations.NullMarked;
