/**
 * The Java client of Aether, an event store.
 *
 * <p>{@link AetherClient} waits for answers, {@link AsyncAetherClient} does not. Saving with a
 * typed conflict, reading and following look like this (the file {@code ExampleTest} runs it):
 *
 * <pre>{@code
 * try (AetherClient client = AetherClient.connect("localhost:7450")) {
 *   client.save("order-1", ExpectedVersion.exactly(0), NewEvent.json("OrderPlaced", "{}"));
 *   try {
 *     // This writer has seen version 1.
 *     client.save("order-1", ExpectedVersion.exactly(1), NewEvent.json("OrderCancelled", "{}"));
 *   } catch (VersionConflictException conflict) {
 *     // Another writer was faster. Read what was missed and decide again.
 *     NewEvent decision;
 *     try (Stream<Event> missed =
 *         client.events("order-1", ReadOptions.from(conflict.attemptedVersion()))) {
 *       boolean paid = missed.anyMatch(event -> event.type().equals("OrderPaid"));
 *       decision = NewEvent.json(paid ? "RefundOrdered" : "OrderCancelled", "{}");
 *     }
 *     client.save("order-1", ExpectedVersion.exactly(conflict.currentVersion()), decision);
 *   }
 *   try (Stream<Event> events = client.events("order-1")) {
 *     events.forEach(event -> out.println(event.version() + " " + event.type()));
 *   }
 * }
 * }</pre>
 *
 * <p>What the client does by itself: it names each save with a commit id and repeats a call that
 * got no answer, as the same request, until the deadline; the server stores a commit once however
 * often it arrives. A streamed read that breaks goes on after what it brought, a subscription at
 * its last cursor and a {@link dev.aether.client.SaveStream} with what has no answer; where several
 * nodes are known, on another one. What it leaves to the caller: deciding again after a {@link
 * dev.aether.client.VersionConflictException}, and what to do when {@link
 * dev.aether.client.OutcomeUnknownException} says that the deadline passed without knowing.
 */
@NullMarked
package dev.aether.client;

import org.jspecify.annotations.NullMarked;
