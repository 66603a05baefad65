/** Checks a machine and a NATS for what an operator would want to know before users do. */
@NullMarked
package dev.aether.server.doctor;

import org.jspecify.annotations.NullMarked;
