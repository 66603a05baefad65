/** Starts nodes and a nats-server on this machine, for examples that need several or kill them. */
@NullMarked
package dev.aether.examples.local;

import org.jspecify.annotations.NullMarked;
