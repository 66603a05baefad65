/**
 * Deciding again after a version conflict. A save that came too late is never sent again as it was:
 * the {@link dev.aether.client.retry.Decider} is asked anew, on the version that the conflict
 * names.
 *
 * <p>A {@link dev.aether.client.retry.RetryPolicy} says after each conflict how long to wait, or
 * that it is enough. There are six patterns: {@link dev.aether.client.retry.SimpleRetry}, {@link
 * dev.aether.client.retry.JitterRetry} and {@link dev.aether.client.retry.AdaptiveRetry} choose
 * pauses; {@link dev.aether.client.retry.ConflictDetailed} and {@link
 * dev.aether.client.retry.CircuitBreaker} go around another policy; {@link
 * dev.aether.client.retry.BackgroundSaver} saves later. {@link
 * dev.aether.client.retry.RetryingSaver} runs a policy:
 *
 * <pre>{@code
 * RetryingSaver saver = RetryingSaver.of(client, new JitterRetry());
 * saver.save("counter-1", attempt -> List.of(NewEvent.json("Incremented", "{}")));
 * }</pre>
 *
 * <p>What is no conflict (a lost answer, a node that is away) the client repeats by itself, as the
 * same commit. Where that ends with {@link dev.aether.client.OutcomeUnknownException}, nothing here
 * decides again: the commit may be stored.
 */
@NullMarked
package dev.aether.client.retry;

import org.jspecify.annotations.NullMarked;
