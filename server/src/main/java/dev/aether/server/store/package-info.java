/** The ports: what every store can do, whatever it stands on. */
@NullMarked
package dev.aether.server.store;

import org.jspecify.annotations.NullMarked;
