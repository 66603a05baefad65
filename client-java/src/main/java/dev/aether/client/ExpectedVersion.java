package dev.aether.client;

/**
 * What a writer expects of the actor it writes to. There is no default: nobody overwrites by
 * forgetting it.
 */
public sealed interface ExpectedVersion {

  /**
   * The latest version that the writer knows; 0: the actor has no events.
   *
   * @throws IllegalArgumentException for a negative version: -1 means "no stream" in other stores,
   *     and 0 here. {@link Exactly} itself takes the contract's whole range
   */
  static ExpectedVersion exactly(long version) {
    if (version < 0) {
      throw new IllegalArgumentException("expected version " + version + " is negative");
    }
    return new Exactly(version);
  }

  /** Whatever the actor's version: the events are appended, and the save never conflicts. */
  static ExpectedVersion any() {
    return Any.INSTANCE;
  }

  /**
   * As {@link #any()} for an actor that has events; else {@link VersionConflictException} with
   * versions 0.
   */
  static ExpectedVersion existing() {
    return Existing.INSTANCE;
  }

  /**
   * The actor's latest version is this one.
   *
   * @param version unsigned; 0: the actor has no events
   */
  record Exactly(long version) implements ExpectedVersion {
    @Override
    public String toString() {
      return "Exactly[version=" + Long.toUnsignedString(version) + "]";
    }
  }

  /** Any version will do. */
  enum Any implements ExpectedVersion {
    /** The only one. */
    INSTANCE
  }

  /** Any version from 1 on will do. */
  enum Existing implements ExpectedVersion {
    /** The only one. */
    INSTANCE
  }
}
