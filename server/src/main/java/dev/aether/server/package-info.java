/** The server: the only place where its parts are put together. */
@NullMarked
package dev.aether.server;

import org.jspecify.annotations.NullMarked;
