package dev.aether.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription fares at a moment.
 *
 * @param nodeId the node that serves it, or served it last; empty before the first
 * @param connected whether a node serves it
 * @param caughtUp whether everything stored before the present connection began was delivered
 * @param silence time since something came, or since the subscription was made; a server sends
 *     something at least every 10 s
 * @param behind as {@link SubscriptionState.Lag#behind()}; null: not known yet
 */
public record SubscriptionStatus(
    String nodeId,
    boolean connected,
    boolean caughtUp,
    Duration silence,
    @Nullable Duration behind) {}
