/** What is to be known of nats-server, whoever runs it. */
@NullMarked
package dev.aether.server.nats;

import org.jspecify.annotations.NullMarked;
