/** The systems under test, behind one small interface. */
@NullMarked
package dev.aether.bench.driver;

import org.jspecify.annotations.NullMarked;
