package dev.aether.server.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamePatternTest {
  @ParameterizedTest(name = "{0} matches {1}: {2}")
  @CsvSource({
    "a, a, true",
    "a, b, false",
    "a, a.b, false",
    "*, a, true",
    "*, a.b, false",
    "a.*, a.b, true",
    "a.*, a, false",
    "a.*, a., true",
    "a.>, a.b.c, true",
    "a.>, a, false",
    ">, a, true",
    ">, .a, true",
    "*.b, a.b, true",
    "*.b, .b, true",
    "a.*.c, a..c, true",
    "a.*.c, a.b.c.d, false",
    "a..c, a..c, true",
    "ab, a, false",
  })
  void aTokenMatchesItselfAStarOneTokenAndAnArrowTheRest(
      String pattern, String name, boolean matches) {
    assertEquals(matches, NamePattern.of(pattern).matches(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tenant-*", "a.b*", "a>", ">.a", "", "a.**", "a\u0001"})
  void aWildcardIsAWholeToken(String pattern) {
    assertTrue(NamePattern.violation(pattern).isPresent());
  }
}
