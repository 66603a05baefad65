/** Writes namespaces' logs and snapshots as lines that an import restores them from. */
@NullMarked
package dev.aether.server.cli.export;

import org.jspecify.annotations.NullMarked;
