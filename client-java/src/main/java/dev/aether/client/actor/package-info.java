/**
 * Actors with little code: load, decide, save. A kind of actor is a state, the events that change
 * it, and how both are stored; {@link dev.aether.client.actor.Actors} does the rest (the file
 * {@code ActorsExampleTest} runs this):
 *
 * <pre>{@code
 * }</pre>
 *
 * <p>Events are stored by an {@link dev.aether.client.actor.EventCodec}: {@link
 * dev.aether.client.actor.BytesCodec} and {@link dev.aether.client.actor.ProtobufCodec} are here,
 * one on Jackson is in {@code aether-client-jackson}. An {@link
 * dev.aether.client.actor.EventContext} carries correlation, cause, user and trace from an event to
 * those it causes.
 *
 * <p>It is no framework: nothing is scanned, generated or intercepted, and what is stored is what
 * {@link dev.aether.client.AetherClient} reads and writes, too.
 */
@NullMarked
package dev.aether.client.actor;

import org.jspecify.annotations.NullMarked;
