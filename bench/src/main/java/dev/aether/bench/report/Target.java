package dev.aether.bench.report;

/**
 * What a figure should reach.
 *
 * @param measured whose median counts
 * @param bound that the median is held to
 * @param atLeast whether it is the least that is wanted, else the most
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
