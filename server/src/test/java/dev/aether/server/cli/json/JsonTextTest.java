package dev.aether.server.cli.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {

  @Test
  void keepsTheOrderOfKeysTheDigitsOfNumbersAndTheEscapesOfStrings() {
    String text = "{\"z\":1.10,\"a\":1e400,\"m\":12345678901234567890.0,\"s\":\"\\u00e9é\\/\"}";

    assertEquals(Optional.of(text), compact(text));
  }

  @Test
  void takesAwayOnlyTheSpacesBetweenTokens() {
    assertEquals(
        Optional.of("{\"a b\":[1,\" \\\" x \",{}]}"),
        compact(" {\r\n\t\"a b\" : [ 1 , \" \\\" x \" , { } ]\n} "));
  }

  @Test
  void keepsAKeyThatIsThereTwice() {
    assertEquals(Optional.of("{\"a\":1,\"a\":2}"), compact("{\"a\": 1, \"a\": 2}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"null", "true", "0", "-0.5e-7", "\"\"", "[]", "\"\\ud800\"", "1E+5", "[[],{}]"})
  void takesAnyValueNotOnlyObjects(String text) {
    assertEquals(Optional.of(text), compact(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "[1,]",
        "01",
        "+1",
        ".5",
        "1.",
        "-",
        "1e",
        "-01",
        "[1}",
        "{\"a\":1]",
        "{\"a\":1 \"b\":2}",
        "{1:1}",
        "[1 2]",
        "\"\\u00g0\"",
        "\u0000",
        "NaN",
        "True",
        "nul",
        "\"\t\"",
        "\"\\x\"",
        "\"\\u12\"",
        "{} {}",
        "{}x",
        "//\n1",
        ")]}'\n1",
        "\ufeff1"
      })
  void refusesWhatRfc8259Refuses(String text) {
    assertEquals(Optional.empty(), compact(text));
    assertFalse(JsonText.isJson(text));
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    assertEquals(Optional.empty(), JsonText.compact(new byte[] {'"', (byte) 0xff, '"'}));
  }

  private static Optional<String> compact(String text) {
    return JsonText.compact(text.getBytes(StandardCharsets.UTF_8));
  }
}
