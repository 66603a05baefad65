/** Two nodes: stored events reach every subscriber, broadcasts only those who are connected. */
@NullMarked
package dev.aether.examples.broadcast;

import org.jspecify.annotations.NullMarked;
