package dev.aether.client;

import java.time.Duration;

/**
 * What calls have that say nothing else.
 *
 * @param namespace the namespace
 * @param deadline for a call with all its repeats
 * @param attemptTimeout for one attempt
 * @param repeats how one request is repeated
 */
record Defaults(
    String namespace, Duration deadline, Duration attemptTimeout, RepeatOptions repeats) {

  String namespace(CallSettings settings) {
    String own = settings.namespace();
    return own == null ? namespace : own;
  }

  Duration deadline(CallSettings settings) {
    Duration own = settings.deadline();
    return own == null ? deadline : own;
  }

  RepeatedCall.Limits limits(CallSettings settings) {
    return new RepeatedCall.Limits(deadline(settings), attemptTimeout, repeats);
  }
}
