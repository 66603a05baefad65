@NullMarked
package dev.aether.server.store.jetstream.format;

import org.jspecify.annotations.NullMarked;
