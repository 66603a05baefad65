/** Tests of what is to be known of nats-server. */
@NullMarked
package dev.aether.server.nats;

import org.jspecify.annotations.NullMarked;
