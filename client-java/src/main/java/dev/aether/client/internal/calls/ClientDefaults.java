package dev.aether.client.internal.calls;

import dev.aether.client.CallSettings;
import dev.aether.client.RepeatOptions;
import java.time.Duration;

/**
 * The settings of calls that do not override them.
 *
 * @param namespace the namespace
 * @param deadline time limit of a call including its repeats
 * @param attemptTimeout time limit of one attempt
 * @param repeats how a request is repeated
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
