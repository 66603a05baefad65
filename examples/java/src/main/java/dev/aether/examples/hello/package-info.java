/** The smallest possible program. */
@NullMarked
package dev.aether.examples.hello;

import org.jspecify.annotations.NullMarked;
