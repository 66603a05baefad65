/** Lists actors. */
@NullMarked
package dev.aether.server.store.jetstream.listing;

import org.jspecify.annotations.NullMarked;
