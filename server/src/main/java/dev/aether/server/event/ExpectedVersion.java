package dev.aether.server.event;

/** What a writer expects of an actor. */
public sealed interface ExpectedVersion {
  /** The letter that stands for the kind of expectation in a stored commit's header. */
  char letter();

  /** Whether it can only hold for an actor that has events. */
  boolean buildsOnHistory();

  /** The actor's latest version is this; 0: it has no events. */
  record Exactly(long version) implements ExpectedVersion {
    @Override
    public char letter() {
      return 'v';
    }

    @Override
    public boolean buildsOnHistory() {
      return version != 0;
    }
  }

  /** Whatever the actor's version. */
  record Any() implements ExpectedVersion {
    @Override
    public char letter() {
      return 'a';
    }

    @Override
    public boolean buildsOnHistory() {
      return false;
    }
  }

  /** The actor has events. */
  record Existing() implements ExpectedVersion {
    @Override
    public char letter() {
      return 'e';
    }

    @Override
    public boolean buildsOnHistory() {
      return true;
    }
  }
}
