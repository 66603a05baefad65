/** Reads the metrics of nodes and shows what changed. */
@NullMarked
package dev.aether.server.cli.top;

import org.jspecify.annotations.NullMarked;
