/**
 * Actors with little code: load, decide, save. A kind of actor is a state, the events that change
 * it, and how both are stored; {@link dev.aether.client.actor.Actors} does the rest (the file
 * {@code ActorsExampleTest} runs this):
 *
 * <pre>{@code
 * ActorType<Long, Long> counters =
 *     ActorType.of(
 *         0L,
 *         Long::sum,
 *         BytesCodec.<Long>of("text/plain")
 *             .event(
 *                 "Counted",
 *                 Long.class,
 *                 number -> Bytes.utf8(number.toString()),
 *                 data -> Long.parseLong(data.toUtf8())));
 * Actors<Long, Long> actors = Actors.of(client, counters, new JitterRetry());
 * Handled<Long, Long> handled = actors.handle("counter-1", sum -> List.of(1L));
 * out.println(handled.state() + " at version " + handled.version());
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
