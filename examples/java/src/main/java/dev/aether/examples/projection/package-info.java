/** A read model in SQLite whose rows and cursor change together. */
@NullMarked
package dev.aether.examples.projection;

import org.jspecify.annotations.NullMarked;
