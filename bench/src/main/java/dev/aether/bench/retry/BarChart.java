package dev.aether.bench.retry;

import java.util.List;
import java.util.Locale;

/**
 * Bars in groups, as SVG; the lengths are logarithmic, so that small ones can be seen beside large
 * ones.
 *
 * @param title above all
 * @param series what each bar of a group stands for
 * @param groups the bars, as many in each as there are series; values of at least 1 have a length
 */
record BarChart(String title, List<String> series, List<Group> groups) {
  private static final int LABEL_WIDTH = 150;
  private static final int BAR_WIDTH = 480;
  private static final int BAR_HEIGHT = 14;
  private static final int GAP = 12;
  private static final int TOP = 58;
  private static final List<String> COLOURS = List.of("#9ecae1", "#4292c6", "#084594");

  /** Bars that belong together. */
  record Group(String name, List<Double> values) {}

  String svg() {
    int groupHeight = series.size() * BAR_HEIGHT + GAP;
    double largest =
        groups.stream().flatMap(group -> group.values().stream()).reduce(10.0, Math::max);
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        <text x="8" y="20" font-size="14">%s</text>
        """
            .formatted(LABEL_WIDTH + BAR_WIDTH + 70, TOP + groups.size() * groupHeight, title));
    for (int i = 0; i < series.size(); i++) {
      svg.append(rect(LABEL_WIDTH + i * 110, 32, 12, COLOURS.get(i)));
      svg.append(text(LABEL_WIDTH + i * 110 + 18, 42, series.get(i)));
    }
    for (int g = 0; g < groups.size(); g++) {
      int top = TOP + g * groupHeight;
      svg.append(text(8, top + (groupHeight - GAP) / 2 + 4, groups.get(g).name()));
      for (int i = 0; i < series.size(); i++) {
        double value = groups.get(g).values().get(i);
        int width = (int) Math.round(BAR_WIDTH * Math.log(Math.max(1, value)) / Math.log(largest));
        svg.append(rect(LABEL_WIDTH, top + i * BAR_HEIGHT, width, COLOURS.get(i)));
        svg.append(
            text(
                LABEL_WIDTH + width + 6,
                top + i * BAR_HEIGHT + 11,
                String.format(Locale.ROOT, value >= 10 ? "%,.0f" : "%.1f", value)));
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private static String rect(int x, int y, int width, String colour) {
    return "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n"
        .formatted(x, y, width, BAR_HEIGHT - 2, colour);
  }

  private static String text(int x, int y, String text) {
    return "<text x=\"%d\" y=\"%d\">%s</text>\n".formatted(x, y, text);
  }
}
