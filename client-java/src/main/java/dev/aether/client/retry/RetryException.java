package dev.aether.client.retry;

import org.jspecify.annotations.Nullable;

/**
 * A save was not tried, or not tried any longer, by a decision of this side. Nothing of it is
 * stored, unless {@link AbandonedException#maybeSaved()} says otherwise.
 */
public abstract sealed class RetryException extends RuntimeException
    permits AbandonedException,
        CircuitBreakerOpenException,
        QueueFullException,
        RetriesExhaustedException {
  RetryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
