package dev.aether.bench.report;

/**
 * A target for a figure.
 *
 * @param measured the series, whose median counts
 * @param bound the limit for the median
 * @param atLeast whether the limit is a minimum; otherwise it is a maximum
 */
public record Target(Series measured, double bound, boolean atLeast) {

  public static Target atLeast(double bound, Series measured) {
    return new Target(measured, bound, true);
  }

  public static Target atMost(double bound, Series measured) {
    return new Target(measured, bound, false);
  }

  public boolean isMet() {
    return atLeast ? measured.median() >= bound : measured.median() <= bound;
  }
}
