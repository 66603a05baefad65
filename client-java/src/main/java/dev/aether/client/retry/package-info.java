/**
 * Retrying saves after a version conflict. A save that conflicted is never sent again unchanged:
 * the {@link dev.aether.client.retry.Decider} is asked again, at the version that the conflict
 * reports.
 *
 * <p>After each conflict, a {@link dev.aether.client.retry.RetryPolicy} says how long to wait, or
 * gives up. There are six patterns: {@link dev.aether.client.retry.SimpleRetry}, {@link
 * dev.aether.client.retry.JitterRetry} and {@link dev.aether.client.retry.AdaptiveRetry} choose
 * delays; {@link dev.aether.client.retry.ConflictDetailed} and {@link
 * dev.aether.client.retry.CircuitBreaker} wrap another policy; {@link
 * dev.aether.client.retry.BackgroundSaver} saves in the background. {@link
 * dev.aether.client.retry.RetryingSaver} applies a policy:
 *
 * <pre>{@code
 * RetryingSaver saver = RetryingSaver.of(client, new JitterRetry());
 * saver.save("counter-1", attempt -> List.of(NewEvent.json("Incremented", "{}")));
 * }</pre>
 *
 * <p>Failures other than conflicts, such as a lost answer or an unreachable node, are repeated by
 * the client itself, as the same commit. If this ends with {@link
 * dev.aether.client.OutcomeUnknownException}, no new decision is made, because the commit may be
 * stored.
 */
@NullMarked
package dev.aether.client.retry;

import org.jspecify.annotations.NullMarked;
