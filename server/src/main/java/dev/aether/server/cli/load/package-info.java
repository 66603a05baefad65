/**
 * Imports files of events and snapshots. Each line is stored once, no matter how often and where
 * the import is interrupted.
 */
@NullMarked
package dev.aether.server.cli.load;

import org.jspecify.annotations.NullMarked;
