/** Two nodes: what is stored reaches every subscriber, what is broadcast those that listen. */
@NullMarked
package dev.aether.examples.broadcast;

import org.jspecify.annotations.NullMarked;
