@NullMarked
package dev.aether.examples.broadcast;

import org.jspecify.annotations.NullMarked;
