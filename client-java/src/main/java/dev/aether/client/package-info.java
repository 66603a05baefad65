/** The Java client. */
@NullMarked
package dev.aether.client;

import org.jspecify.annotations.NullMarked;
