@NullMarked
package dev.aether.server.store.jetstream.read;

import org.jspecify.annotations.NullMarked;
