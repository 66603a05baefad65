/** Tasks that come again and again, and the pauses between tries. */
@NullMarked
package dev.aether.server.schedule;

import org.jspecify.annotations.NullMarked;
