/** JSON text taken and given without loss: one object a line. */
@NullMarked
package dev.aether.server.cli.json;

import org.jspecify.annotations.NullMarked;
