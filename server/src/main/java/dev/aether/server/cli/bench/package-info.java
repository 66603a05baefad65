/** Measures saves on a running server. */
@NullMarked
package dev.aether.server.cli.bench;

import org.jspecify.annotations.NullMarked;
