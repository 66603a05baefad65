/**
 * Imports files of events: each line stored once, however often and wherever the import was cut.
 */
@NullMarked
package dev.aether.server.cli.load;

import org.jspecify.annotations.NullMarked;
