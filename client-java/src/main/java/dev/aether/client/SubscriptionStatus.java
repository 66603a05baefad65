package dev.aether.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The current status of a subscription.
 *
 * @param nodeId the node that serves it, or served it last; empty before the first connection
 * @param connected whether a node serves it
 * @param caughtUp whether everything that was stored before the current connection started has been
 *     delivered
 * @param silence time since the last frame, or since the subscription was created; a server sends a
 *     frame at least every 10 s
 * @param behind see {@link SubscriptionState.Lag#behind()}; null if not known yet
 */
public record SubscriptionStatus(
    String nodeId,
    boolean connected,
    boolean caughtUp,
    Duration silence,
    @Nullable Duration behind) {}
