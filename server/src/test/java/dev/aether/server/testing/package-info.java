/** What tests are made with: real nats-servers and bounded waits. */
@NullMarked
package dev.aether.server.testing;

import org.jspecify.annotations.NullMarked;
