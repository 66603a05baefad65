package dev.aether.examples.projection;

/** What was sold of an article: how often, and for how much. */
record Total(long count, long cents) {
  static final Total NONE = new Total(0, 0);

  Total plus(Total other) {
    return new Total(count + other.count, cents + other.cents);
  }
}
