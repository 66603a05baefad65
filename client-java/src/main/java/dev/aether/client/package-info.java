/**
 * The Java client of Aether, an event store.
 *
 * <p>{@link AetherClient} blocks until the server has answered; {@link AsyncAetherClient} does not.
 * This example, which the test {@code ExampleTest} runs, saves, handles a version conflict and
 * reads:
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
 * <p>The client gives each save a commit id and repeats a call that got no answer, as the same
 * request, until the deadline; the server stores a commit once, however often it arrives. A broken
 * read resumes after the last event it delivered, a subscription at its last cursor and a {@link
 * dev.aether.client.SaveStream} with its unanswered saves, on another node if several are known.
 * The caller has to decide again after a {@link dev.aether.client.VersionConflictException}, and to
 * handle {@link dev.aether.client.OutcomeUnknownException}, which says that the outcome could not
 * be determined before the deadline.
 *
 * <p>Packages below {@code dev.aether.client.internal} are not part of the API: they may change at
 * any time.
 */
@NullMarked
package dev.aether.client;

import org.jspecify.annotations.NullMarked;
