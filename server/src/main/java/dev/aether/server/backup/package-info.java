/** Backups: what is copied, in which order, and the folder that holds the copies. */
@NullMarked
package dev.aether.server.backup;

import org.jspecify.annotations.NullMarked;
