@NullMarked
package dev.aether.server.store.jetstream.write;

import org.jspecify.annotations.NullMarked;
