/** Tasks that come again and again. */
@NullMarked
package dev.aether.server.schedule;

import org.jspecify.annotations.NullMarked;
