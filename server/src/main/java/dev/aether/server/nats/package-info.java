/** Facts about nats-server that do not depend on who runs it. */
@NullMarked
package dev.aether.server.nats;

import org.jspecify.annotations.NullMarked;
