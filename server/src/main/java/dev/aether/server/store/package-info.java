/** The ports of the server: what every store implements, regardless of where it keeps its data. */
@NullMarked
package dev.aether.server.store;

import org.jspecify.annotations.NullMarked;
