/** The command line: {@code serve} runs a server, and the other commands are clients of one. */
@NullMarked
package dev.aether.server.cli;

import org.jspecify.annotations.NullMarked;
