package dev.aether.server.cli.top;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplesTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void linesOfThePrometheusFormatAreRead() {
    Samples samples =
        Samples.parse(
            """
            # HELP a_total what it is
            # TYPE a_total counter
            a_total{outcome="stored",reason="none"} 3.0
            a_total{outcome="refused",reason="a \\"b\\" \\\\ c"} 2.0
            b 1.5E3
            not a sample
            c NaN-ish
            d 7 1700000000000
            """,
            0);
    assertEquals(5, samples.sum("a_total"));
    assertEquals("a \"b\" \\ c", samples.all("a_total").get(1).labels().get("reason"));
    assertEquals(1500, samples.sum("b"));
    assertEquals(List.of(), samples.all("c"));
    assertEquals(7, samples.sum("d"));
  }

  @Test
  void ratesAreOfTheTimeBetweenTwoReadingsAndSurviveARestartOfTheNode() {
    Samples before = Samples.parse("n{l=\"a\"} 10\nn{l=\"b\"} 100\n", 0);
    Samples now = Samples.parse("n{l=\"a\"} 30\nn{l=\"b\"} 8\nn{l=\"c\"} 4\n", 2 * SECOND);
    assertEquals(Map.of("a", 10.0, "b", 4.0, "c", 2.0), now.rates(before, "n", "l"));
  }

  @Test
  void quantilesAreOfWhatWasCountedInBetween() {
    String before =
        "h_bucket{le=\"1.0\"} 100\nh_bucket{le=\"2.0\"} 100\nh_bucket{le=\"+Inf\"} 100\n";
    String now = "h_bucket{le=\"1.0\"} 150\nh_bucket{le=\"2.0\"} 200\nh_bucket{le=\"+Inf\"} 200\n";
    Samples earlier = Samples.parse(before, 0);
    Samples later = Samples.parse(now, SECOND);
    assertEquals(1.0, later.quantile(earlier, "h", 0.5), 1e-9);
    assertEquals(1.98, later.quantile(earlier, "h", 0.99), 1e-9);
    assertTrue(Double.isNaN(later.quantile(later, "h", 0.5)));
    assertTrue(Double.isNaN(later.quantile(earlier, "nothing", 0.5)));
  }
}
