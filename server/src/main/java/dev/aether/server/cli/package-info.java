/** The command line: {@code serve} builds a server, the other commands are clients of one. */
@NullMarked
package dev.aether.server.cli;

import org.jspecify.annotations.NullMarked;
