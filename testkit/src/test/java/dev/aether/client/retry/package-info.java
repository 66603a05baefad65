/** The retry patterns against a server. */
@NullMarked
package dev.aether.client.retry;

import org.jspecify.annotations.NullMarked;
