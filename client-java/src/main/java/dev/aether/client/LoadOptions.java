package dev.aether.client;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How to load an actor.
 *
 * @param onCorrupt goes on after records that can't be decoded, handing each to the consumer; null:
 *     the load ends with {@link CorruptRecordException}
 * @param settings namespace, and how long to wait for the server each time
 */
public record LoadOptions(@Nullable Consumer<ReplayError> onCorrupt, CallSettings settings) {
  private static final LoadOptions DEFAULTS = new LoadOptions(null, CallSettings.defaults());

  /** In the client's namespace; what can't be decoded is an error. */
  public static LoadOptions defaults() {
    return DEFAULTS;
  }

  /** These options, but going on after records that can't be decoded. */
  public LoadOptions withOnCorrupt(Consumer<ReplayError> onCorrupt) {
    return new LoadOptions(onCorrupt, settings);
  }

  /** These options with another namespace or deadline. */
  public LoadOptions withSettings(CallSettings settings) {
    return new LoadOptions(onCorrupt, settings);
  }
}
