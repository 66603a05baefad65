package dev.aether.client.retry;

import org.jspecify.annotations.Nullable;

/**
 * A save was not attempted, or was given up, by a decision of the client. Nothing is stored, unless
 * {@link AbandonedException#maybeSaved()} returns true.
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
