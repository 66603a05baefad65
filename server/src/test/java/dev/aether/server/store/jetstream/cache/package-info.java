@NullMarked
package dev.aether.server.store.jetstream.cache;

import org.jspecify.annotations.NullMarked;
