@NullMarked
package dev.aether.server.store.jetstream.wire;

import org.jspecify.annotations.NullMarked;
