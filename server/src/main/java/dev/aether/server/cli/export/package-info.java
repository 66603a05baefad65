/** Exports the logs and snapshots of namespaces as lines that an import can restore. */
@NullMarked
package dev.aether.server.cli.export;

import org.jspecify.annotations.NullMarked;
