/** The private nats-server, tried with real processes and real kills. */
@NullMarked
package dev.aether.server.embedded;

import org.jspecify.annotations.NullMarked;
