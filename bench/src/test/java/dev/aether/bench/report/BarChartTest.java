package dev.aether.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class BarChartTest {
  private static final Pattern BAR =
      Pattern.compile(
          "<rect [^>]*width=\"(\\d+)\"[^>]*/>\n<text [^>]*>([0-9,.]+?)(, [^<]*)?</text>");

  private static final Pattern SPREAD =
      Pattern.compile("<line x1=\"(\\d+)\" [^>]*x2=\"(\\d+)\" [^>]*class=\"spread\"/>");

  private static final double PIXEL = 1;

  @Test
  void barsAreAsLongAsTheirValuesAndTheAxisBeginsAtZero() {
    String svg =
        new BarChart(
                "title",
                "saves a second",
                List.of("1 writer", "64 writers"),
                List.of(
                    new BarChart.Group(
                        "SimpleRetry",
                        List.of(
                            new BarChart.Bar(1000, ""),
                            new BarChart.Bar(50, ", 86.9 % given up")))))
            .svg();

    assertLinear(svg);
    assertTrue(svg.contains(">50, 86.9 % given up<"), svg);
    assertTrue(
        svg.contains(">0<") && svg.contains(">800<") && svg.contains(">saves a second<"), svg);
  }

  @Test
  void theSpreadOfABarIsALineFromItsLowToItsHigh() {
    String svg =
        new BarChart(
                "title",
                "saves per second",
                List.of("32 clients"),
                List.of(
                    new BarChart.Group("A", List.of(new BarChart.Bar(500, "", 250, 1000))),
                    new BarChart.Group("B", List.of(new BarChart.Bar(250, "")))))
            .svg();

    assertLinear(svg);
    List<MatchResult> spreads = SPREAD.matcher(svg).results().toList();
    assertEquals(1, spreads.size(), svg);
    int left = 150;
    assertEquals(left + 120, Integer.parseInt(spreads.get(0).group(1)), svg);
    assertEquals(left + 480, Integer.parseInt(spreads.get(0).group(2)), svg);
  }

  @Test
  void theDocumentsPicturesAreDrawnToScale() throws Exception {
    for (String picture : List.of("latest.svg", "retry.svg", "durable.svg")) {
      assertLinear(Files.readString(Path.of("..", "docs", "benchmarks", picture)));
    }
  }

  private static void assertLinear(String svg) {
    List<MatchResult> bars = BAR.matcher(svg).results().toList();
    assertTrue(bars.size() > 1, svg);
    double pixels = bars.stream().mapToDouble(BarChartTest::width).max().orElseThrow();
    double value = bars.stream().mapToDouble(BarChartTest::value).max().orElseThrow();
    for (MatchResult bar : bars) {
      assertEquals(value(bar) * pixels / value, width(bar), PIXEL, bar.group());
    }
  }

  private static double width(MatchResult bar) {
    return Double.parseDouble(bar.group(1));
  }

  private static double value(MatchResult bar) {
    return Double.parseDouble(bar.group(2).replace(",", ""));
  }
}
