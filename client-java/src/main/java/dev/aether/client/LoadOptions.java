package dev.aether.client;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How to load an actor.
 *
 * @param onCorrupt receives each record that cannot be decoded, and the load continues; if null,
 *     the load fails with {@link CorruptRecordException}
 * @param settings namespace, and the time limit of each wait for the server
 */
public record LoadOptions(@Nullable Consumer<ReplayError> onCorrupt, CallSettings settings) {
  private static final LoadOptions DEFAULTS = new LoadOptions(null, CallSettings.defaults());

  /** The client's namespace; a record that cannot be decoded is an error. */
  public static LoadOptions defaults() {
    return DEFAULTS;
  }

  /** Returns these options, but continues after records that cannot be decoded. */
  public LoadOptions withOnCorrupt(Consumer<ReplayError> onCorrupt) {
    return new LoadOptions(onCorrupt, settings);
  }

  /** Returns these options with another namespace or deadline. */
  public LoadOptions withSettings(CallSettings settings) {
    return new LoadOptions(onCorrupt, settings);
  }
}
