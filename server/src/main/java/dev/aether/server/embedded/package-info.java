/** Finds, configures, starts, monitors and stops a private nats-server. */
@NullMarked
package dev.aether.server.embedded;

import org.jspecify.annotations.NullMarked;
