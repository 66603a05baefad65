package dev.aether.bench.retry;

import java.util.List;
import java.util.Locale;

/**
 * Bars in groups on a linear axis from 0, as SVG.
 *
 * @param title above all
 * @param unit what the axis counts
 * @param series what each bar of a group stands for
 * @param groups the bars, as many in each as there are series
 */
record BarChart(String title, String unit, List<String> series, List<Group> groups) {
  private static final int LABEL_WIDTH = 150;
  private static final int AXIS_WIDTH = 480;

  /** For the text after the longest bar. */
  private static final int NOTE_WIDTH = 170;

  private static final int BAR_HEIGHT = 14;
  private static final int GAP = 12;
  private static final int TOP = 58;
  private static final int BELOW = 44;
  private static final List<String> COLOURS = List.of("#9ecae1", "#4292c6", "#084594");

  /** Bars that belong together. */
  record Group(String name, List<Bar> bars) {}

  /**
   * A bar.
   *
   * @param value its length, not below 0
   * @param note stands after the value
   */
  record Bar(double value, String note) {}

  String svg() {
    int groupHeight = series.size() * BAR_HEIGHT + GAP;
    int bottom = TOP + groups.size() * groupHeight;
    double step = step(largest());
    int ticks = (int) Math.ceil(largest() / step);
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        <text x="8" y="20" font-size="14">%s</text>
        """,
            LABEL_WIDTH + AXIS_WIDTH + NOTE_WIDTH,
            bottom + BELOW,
            title));
    for (int i = 0; i < series.size(); i++) {
      svg.append(rect(LABEL_WIDTH + i * 110, 32, 12, COLOURS.get(i)));
      svg.append(text(LABEL_WIDTH + i * 110 + 18, 42, "start", series.get(i)));
    }
    svg.append(axis(step, ticks, bottom));
    for (int g = 0; g < groups.size(); g++) {
      int top = TOP + g * groupHeight;
      svg.append(text(8, top + (groupHeight - GAP) / 2 + 4, "start", groups.get(g).name()));
      for (int i = 0; i < series.size(); i++) {
        Bar bar = groups.get(g).bars().get(i);
        int width = (int) Math.round(AXIS_WIDTH * bar.value() / (step * ticks));
        svg.append(rect(LABEL_WIDTH, top + i * BAR_HEIGHT, width, COLOURS.get(i)));
        svg.append(
            text(
                LABEL_WIDTH + width + 6,
                top + i * BAR_HEIGHT + 11,
                "start",
                number(bar.value()) + bar.note()));
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private double largest() {
    return groups.stream()
        .flatMap(group -> group.bars().stream())
        .mapToDouble(Bar::value)
        .reduce(1, Math::max);
  }

  /** Between two marks of the axis: 1, 2 or 5 times a power of ten, for five marks or some more. */
  private static double step(double largest) {
    double most = largest / 5;
    double power = Math.pow(10, Math.floor(Math.log10(most)));
    return most >= 5 * power ? 5 * power : most >= 2 * power ? 2 * power : power;
  }

  private String axis(double step, int ticks, int bottom) {
    StringBuilder axis = new StringBuilder();
    for (int tick = 0; tick <= ticks; tick++) {
      int x = LABEL_WIDTH + AXIS_WIDTH * tick / ticks;
      axis.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\"/>\n",
              x,
              TOP - 4,
              x,
              bottom,
              tick == 0 ? "#444" : "#ddd"));
      axis.append(text(x, bottom + 16, "middle", number(step * tick)));
    }
    return axis.append(text(LABEL_WIDTH + AXIS_WIDTH / 2, bottom + 34, "middle", unit)).toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 10 || value == 0 ? "%,.0f" : "%.1f", value);
  }

  private static String rect(int x, int y, int width, String colour) {
    return String.format(
        Locale.ROOT,
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n",
        x,
        y,
        width,
        BAR_HEIGHT - 2,
        colour);
  }

  private static String text(int x, int y, String anchor, String text) {
    return String.format(
        Locale.ROOT, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, text);
  }
}
