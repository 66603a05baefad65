/**
 * Subscriptions that resume after a broken call, and the delivery to a listener. Not part of the
 * public API.
 */
@NullMarked
package dev.aether.client.internal.subscriptions;

import org.jspecify.annotations.NullMarked;
