package dev.aether.examples.projection;

/** The sales of an article: their number and their value. */
record Total(long count, long cents) {
  static final Total NONE = new Total(0, 0);

  Total plus(Total other) {
    return new Total(count + other.count, cents + other.cents);
  }
}
