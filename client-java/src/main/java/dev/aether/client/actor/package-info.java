/**
 * Event-sourced actors with little code: load, decide, save. An actor type consists of a state, the
 * events that change it, and codecs for both; {@link dev.aether.client.actor.Actors} does the rest
 * (the test {@code ActorsExampleTest} runs this example):
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
 * <p>An {@link dev.aether.client.actor.EventCodec} converts events to and from their stored form:
 * {@link dev.aether.client.actor.BytesCodec} and {@link dev.aether.client.actor.ProtobufCodec} are
 * in this package, and {@code aether-client-jackson} has one for Jackson. An {@link
 * dev.aether.client.actor.EventContext} passes correlation, cause, user and trace on from an event
 * to those it causes.
 *
 * <p>This is a library, not a framework: it scans, generates and intercepts nothing, and it stores
 * ordinary events, which {@link dev.aether.client.AetherClient} reads and writes, too.
 */
@NullMarked
package dev.aether.client.actor;

import org.jspecify.annotations.NullMarked;
