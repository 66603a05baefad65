/**
 * Small tools for work that runs later or elsewhere: timers, event loops, backoff, serial execution
 * by key, and guards for asynchronous steps.
 */
@NullMarked
package dev.aether.server.concurrent;

import org.jspecify.annotations.NullMarked;
