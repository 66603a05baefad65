/** The registry of namespaces. */
@NullMarked
package dev.aether.server.store.jetstream.registry;

import org.jspecify.annotations.NullMarked;
