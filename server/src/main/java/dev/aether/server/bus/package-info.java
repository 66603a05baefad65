/** Brings stored commits to any number of subscribers on this node. */
@NullMarked
package dev.aether.server.bus;

import org.jspecify.annotations.NullMarked;
