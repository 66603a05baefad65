package dev.aether.bench.report;

import java.util.List;
import java.util.Locale;

/**
 * Draws groups of bars on a linear axis from 0, as SVG for light and dark pages.
 *
 * @param title the title above the bars
 * @param unit the unit of the axis
 * @param series the meaning of each bar in a group, at most three
 * @param groups the groups, each with one bar per series
 */
public record BarChart(String title, String unit, List<String> series, List<Group> groups) {
  private static final int MIN_LABEL_WIDTH = 150;
  private static final int AXIS_WIDTH = 480;

  /** Space for the text after the longest bar. */
  private static final int NOTE_WIDTH = 170;

  private static final int BAR_HEIGHT = 14;
  private static final int GAP = 12;
  private static final int TOP = 58;
  private static final int BELOW = 44;
  private static final int LETTER_WIDTH = 7;

  private static final String STYLE =
      """
      <style>
      text { fill: #1f2328 } .axis { stroke: #57606a } .grid { stroke: #d0d7de }
      .spread { stroke: #1f2328 } .first { fill: #8c959f } .second { fill: #0969da } .third { fill: #54aeff }
      @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .axis { stroke: #8b949e } .grid { stroke: #30363d }
      .spread { stroke: #e6edf3 } .first { fill: #6e7681 } .second { fill: #2f81f7 } .third { fill: #a5d6ff }
      }
      </style>
      """;

  private static final List<String> CLASSES = List.of("first", "second", "third");

  /** A group of bars. */
  public record Group(String name, List<Bar> bars) {}

  /**
   * A bar.
   *
   * @param value its length, at least 0
   * @param note text after the value
   * @param low where the line over the bar begins that shows the spread of the value
   * @param high where that line ends
   */
  public record Bar(double value, String note, double low, double high) {
    /** A bar without a spread. */
    public Bar(double value, String note) {
      this(value, note, value, value);
    }
  }

  /** The picture as the content of a file. */
  public String svg() {
    int labelWidth = labelWidth();
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
        %s<text x="8" y="20" font-size="14">%s</text>
        """,
            labelWidth + AXIS_WIDTH + NOTE_WIDTH,
            bottom + BELOW,
            STYLE,
            title));
    int left = labelWidth;
    for (int i = 0; i < series.size(); i++) {
      svg.append(rect(left, 32, 12, CLASSES.get(i)));
      svg.append(text(left + 18, 42, "start", series.get(i)));
      left += 40 + series.get(i).length() * LETTER_WIDTH;
    }
    svg.append(axis(step, ticks, bottom, labelWidth));
    for (int g = 0; g < groups.size(); g++) {
      int top = TOP + g * groupHeight;
      svg.append(text(8, top + (groupHeight - GAP) / 2 + 4, "start", groups.get(g).name()));
      for (int i = 0; i < series.size(); i++) {
        Bar bar = groups.get(g).bars().get(i);
        double pixelsPerUnit = AXIS_WIDTH / (step * ticks);
        int width = (int) Math.round(pixelsPerUnit * bar.value());
        int low = (int) Math.round(pixelsPerUnit * bar.low());
        int high = (int) Math.round(pixelsPerUnit * bar.high());
        svg.append(rect(labelWidth, top + i * BAR_HEIGHT, width, CLASSES.get(i)));
        svg.append(
            text(
                labelWidth + Math.max(width, high) + 6,
                top + i * BAR_HEIGHT + 11,
                "start",
                number(bar.value()) + bar.note()));
        if (low < high) {
          int middle = top + i * BAR_HEIGHT + (BAR_HEIGHT - 2) / 2;
          svg.append(line(labelWidth + low, middle, labelWidth + high, middle, "spread"));
        }
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private int labelWidth() {
    return groups.stream()
        .mapToInt(group -> 16 + group.name().length() * LETTER_WIDTH)
        .reduce(MIN_LABEL_WIDTH, Math::max);
  }

  private double largest() {
    return groups.stream()
        .flatMap(group -> group.bars().stream())
        .mapToDouble(bar -> Math.max(bar.value(), bar.high()))
        .reduce(1, Math::max);
  }

  /**
   * The distance between two ticks of the axis: 1, 2 or 5 times a power of ten, which results in
   * about five ticks or slightly more.
   */
  private static double step(double largest) {
    double most = largest / 5;
    double power = Math.pow(10, Math.floor(Math.log10(most)));
    return most >= 5 * power ? 5 * power : most >= 2 * power ? 2 * power : power;
  }

  private String axis(double step, int ticks, int bottom, int labelWidth) {
    StringBuilder axis = new StringBuilder();
    for (int tick = 0; tick <= ticks; tick++) {
      int x = labelWidth + AXIS_WIDTH * tick / ticks;
      axis.append(line(x, TOP - 4, x, bottom, tick == 0 ? "axis" : "grid"));
      axis.append(text(x, bottom + 16, "middle", number(step * tick)));
    }
    return axis.append(text(labelWidth + AXIS_WIDTH / 2, bottom + 34, "middle", unit)).toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 10 || value == 0 ? "%,.0f" : "%.1f", value);
  }

  private static String rect(int x, int y, int width, String name) {
    return String.format(
        Locale.ROOT,
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\"/>\n",
        x,
        y,
        width,
        BAR_HEIGHT - 2,
        name);
  }

  private static String line(int x1, int y1, int x2, int y2, String name) {
    return String.format(
        Locale.ROOT,
        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"%s\"/>\n",
        x1,
        y1,
        x2,
        y2,
        name);
  }

  private static String text(int x, int y, String anchor, String text) {
    return String.format(
        Locale.ROOT, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, text);
  }
}
