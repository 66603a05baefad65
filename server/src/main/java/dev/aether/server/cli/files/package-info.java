/** Files that are there whole or not at all. */
@NullMarked
package dev.aether.server.cli.files;

import org.jspecify.annotations.NullMarked;
