/** Files as the command line reads and writes them: whole, or with the reason why not. */
@NullMarked
package dev.aether.server.cli.files;

import org.jspecify.annotations.NullMarked;
