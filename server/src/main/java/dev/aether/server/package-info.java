/** The server. Its parts are wired together here and nowhere else. */
@NullMarked
package dev.aether.server;

import org.jspecify.annotations.NullMarked;
