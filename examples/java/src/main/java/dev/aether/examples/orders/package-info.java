/** A process manager that takes orders through stock and payment. */
@NullMarked
package dev.aether.examples.orders;

import org.jspecify.annotations.NullMarked;
