@NullMarked
package dev.aether.examples.orders;

import org.jspecify.annotations.NullMarked;
