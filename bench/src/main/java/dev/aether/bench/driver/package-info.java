/** The systems under load, each behind the same small interface. */
@NullMarked
package dev.aether.bench.driver;

import org.jspecify.annotations.NullMarked;
