/** Reading and writing the files of the command line, with readable reasons for failures. */
@NullMarked
package dev.aether.server.cli.files;

import org.jspecify.annotations.NullMarked;
