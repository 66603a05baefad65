package dev.aether.client.internal.calls;

import dev.aether.client.CallSettings;
import dev.aether.client.RepeatOptions;
import java.time.Duration;

/**
 * What calls have that say nothing else.
 *
 * @param namespace the namespace
 * @param deadline for a call with all its repeats
 * @param attemptTimeout for one attempt
 * @param repeats how one request is repeated
 */
public record ClientDefaults(
    String namespace, Duration deadline, Duration attemptTimeout, RepeatOptions repeats) {

  public String namespace(CallSettings settings) {
    String own = settings.namespace();
    return own == null ? namespace : own;
  }

  public Duration deadline(CallSettings settings) {
    Duration own = settings.deadline();
    return own == null ? deadline : own;
  }

  public RepeatedCall.Limits limits(CallSettings settings) {
    return new RepeatedCall.Limits(deadline(settings), attemptTimeout, repeats);
  }
}
