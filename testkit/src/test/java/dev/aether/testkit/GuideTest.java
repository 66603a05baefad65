package dev.aether.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The test in docs/testing.md runs. */
final class GuideTest {
  private static final String BEGIN = "final class OrdersTest";

  @Test
  void theGuideShowsTheTestThatRuns() throws IOException {
    String guide = Files.readString(Path.of("..", "docs", "testing.md"));
    String test = Files.readString(Path.of("src/test/java/dev/aether/testkit/OrdersTest.java"));
    int begin = guide.indexOf(BEGIN);
    assertEquals(
        test.substring(test.indexOf(BEGIN)), guide.substring(begin, guide.indexOf("```", begin)));
  }
}
