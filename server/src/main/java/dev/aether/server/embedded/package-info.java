/** Finds, configures, starts, watches and ends a private nats-server. Uses no other package. */
@NullMarked
package dev.aether.server.embedded;

import org.jspecify.annotations.NullMarked;
