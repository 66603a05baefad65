/**
 * Aether inside tests: a real server on a port of 127.0.0.1 with an in-memory store, which starts
 * in milliseconds, or on a private nats-server, with a clock to set and faults to inject.
 *
 * <p>{@link dev.aether.testkit.AetherExtension} is for JUnit 5, {@link
 * dev.aether.testkit.TestAether} for everything else.
 */
@NullMarked
package dev.aether.testkit;

import org.jspecify.annotations.NullMarked;
