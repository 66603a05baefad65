package dev.aether.server.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.NamePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {
  private static final Identity ORDERS = new Identity(List.of("token:orders"), Optional.empty());

  private static Policy policy(String... lines) {
    return Policy.parse("policy", List.of(lines));
  }

  @Test
  void whatNoRuleAllowsIsDenied() {
    Policy policy = policy("token:orders orders.* read save", "token:other > all");
    assertTrue(policy.allows(ORDERS, Right.READ, "orders.eu"));
    assertTrue(policy.allows(ORDERS, Right.SAVE, "orders.us"));
    assertFalse(policy.allows(ORDERS, Right.ADMIN, "orders.eu"));
    assertFalse(policy.allows(ORDERS, Right.READ, "stock"));
    assertFalse(policy().allows(ORDERS, Right.READ, "orders.eu"));
  }

  @Test
  void aNameOfOneKindIsNoNameOfAnother() {
    Policy policy = policy("cert:orders > all");
    assertFalse(policy.allows(ORDERS, Right.READ, "stock"));
  }

  @Test
  void aStarStandsForEveryIdentity() {
    assertTrue(policy("* public read").allows(ORDERS, Right.READ, "public"));
  }

  @Test
  void anyRightShowsANamespace() {
    Policy policy = policy("token:orders orders.* publish");
    assertTrue(policy.shows(ORDERS, "orders.eu"));
    assertFalse(policy.shows(ORDERS, "stock"));
  }

  @Test
  void commentsAndBlankLinesCountAsNothing() {
    Policy policy =
        policy("# all", "", "  token:orders\torders.eu  read, save # why", "cert:a#b x read");
    assertTrue(policy.allows(ORDERS, Right.SAVE, "orders.eu"));
    assertTrue(policy.allows(new Identity(List.of("cert:a#b"), Optional.empty()), Right.READ, "x"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "token:a > | a rule consists of a name, a pattern of namespaces and at least one right",
        "orders > read | \"orders\" must be token:NAME",
        "token: > read | \"token:\" must be token:NAME",
        "token:a o*rs read | the pattern \"o*rs\" uses a wildcard as part of a token",
        "token:a >.x read | the pattern \">.x\" may use > only as the last token",
        "token:a > write | \"write\" is not a right",
      })
  void aRuleThatCannotBeUsedIsNamedWithItsLine(String rule, String why) {
    SecurityFileException thrown =
        assertThrows(SecurityFileException.class, () -> policy("token:a > read", rule));
    assertTrue(
        String.valueOf(thrown.getMessage()).startsWith("policy, line 2: " + why),
        thrown::getMessage);
  }

  /** Compares with the names that the patterns match. */
  @Test
  void aPatternCoversAnotherIfItMatchesAllItsNames() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> names = names();
    int covered = 0;
    for (int i = 0; i < 20_000; i++) {
      String pattern = randomPattern(random);
      String other = randomPattern(random);
      boolean all =
          names.stream()
              .filter(name -> NamePattern.of(other).matches(name))
              .allMatch(name -> NamePattern.of(pattern).matches(name));
      boolean covers = Patterns.covers(Patterns.tokens(pattern), Patterns.tokens(other));
      assertEquals(all, covers, pattern + " and " + other + ", seed " + seed);
      covered += covers ? 1 : 0;
    }
    assertTrue(covered > 1000, () -> "seed " + seed);
  }

  /** Longer, and with one token more, than the patterns have. */
  private static List<String> names() {
    List<String> tokens = List.of("a", "b", "c");
    List<String> names = new ArrayList<>(tokens);
    for (int from = 0, length = 1; length < 5; length++) {
      int until = names.size();
      for (; from < until; from++) {
        for (String token : tokens) {
          names.add(names.get(from) + "." + token);
        }
      }
    }
    return names;
  }

  private static String randomPattern(Random random) {
    List<String> tokens = new ArrayList<>();
    int length = 1 + random.nextInt(3);
    for (int i = 0; i < length; i++) {
      tokens.add(List.of("a", "b", "*").get(random.nextInt(3)));
    }
    if (random.nextInt(3) == 0) {
      tokens.set(length - 1, ">");
    }
    return String.join(".", tokens);
  }
}
