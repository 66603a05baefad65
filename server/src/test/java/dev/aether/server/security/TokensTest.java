package dev.aether.server.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokensTest {
  @Test
  void aTokenIsKnownByItsHash() {
    String old = Tokens.random();
    String renewed = Tokens.random();
    Tokens tokens =
        Tokens.parse(
            "tokens",
            List.of("# two", "", Tokens.line("orders", old), " " + Tokens.line("orders", renewed)));
    assertEquals(Optional.of("orders"), tokens.name(old));
    assertEquals(Optional.of("orders"), tokens.name(renewed));
    assertEquals(Optional.empty(), tokens.name(Tokens.random()));
    assertFalse(Tokens.line("orders", old).contains(old));
  }

  @Test
  void aLineThatIsNoHashIsNotQuotedSinceItMayBeAToken() {
    String token = Tokens.random();
    SecurityFileException thrown =
        assertThrows(
            SecurityFileException.class,
            () -> Tokens.parse("tokens", List.of("# first", "orders: " + token)));
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.startsWith("tokens, line 2: "), message);
    assertFalse(message.contains(token), message);
  }

  @Test
  void oneTokenCannotHaveTwoNames() {
    String token = Tokens.random();
    assertThrows(
        SecurityFileException.class,
        () -> Tokens.parse("tokens", List.of(Tokens.line("a", token), Tokens.line("b", token))));
  }

  @Test
  void aNameThatTheFileCouldNotHoldIsRefused() {
    for (String name : List.of("", "a b", "a:b", "#a", "a".repeat(129))) {
      assertThrows(IllegalArgumentException.class, () -> Tokens.line(name, "t"), name);
    }
  }
}
