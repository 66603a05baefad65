/** Reading and writing JSON text without loss, one object per line. */
@NullMarked
package dev.aether.server.cli.json;

import org.jspecify.annotations.NullMarked;
