package dev.aether.server.cli.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonMembersTest {

  @Test
  void givesEachValueAsItWasWritten() throws JsonFault {
    Map<String, String> members =
        JsonMembers.of(
            " { \"a\" : { \"x\": \"}\\\"{\", \"y\": [ 1.0, 2 ] } ,\"b\":\"q\\\\\","
                + "\"c\":-1.50,\"d\":null,\"\\u0065\":[],\"f\" : true } ");

    assertEquals(List.of("a", "b", "c", "d", "e", "f"), List.copyOf(members.keySet()));
    assertEquals(
        List.of(
            "{ \"x\": \"}\\\"{\", \"y\": [ 1.0, 2 ] }", "\"q\\\\\"", "-1.50", "null", "[]", "true"),
        List.copyOf(members.values()));
  }

  @Test
  void readsAnObjectWithoutMembers() throws JsonFault {
    assertEquals(Map.of(), JsonMembers.of("{ }"));
  }

  @Test
  void valuesMayBeNestedAsDeepAsTheLineIsLong() throws JsonFault {
    String deep = "[{\"a\":".repeat(500_000) + "1" + "}]".repeat(500_000);

    assertEquals(Map.of("d", deep), JsonMembers.of("{\"d\":" + deep + "}"));
  }

  @Test
  void aNumberMayBeOfAnyLength() throws JsonFault {
    String number = "1" + "0".repeat(5_000) + "." + "5".repeat(5_000);

    assertEquals(Map.of("n", number), JsonMembers.of("{\"n\":" + number + "}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1]            | not a JSON object",
        "1              | not a JSON object",
        "{\"a\":1       | the JSON object does not end on this line",
        "{\"a\":1} 2    | not valid JSON",
        "{\"a\":1}{}    | not valid JSON",
        "{\"a\":tru}    | not valid JSON",
        "{\"a\":[1}    | not valid JSON",
        "{\"a\":{]}    | not valid JSON",
        "{\"a\":1,}    | not valid JSON",
        "{\"a\" 1}     | not valid JSON",
        "{\"a\":}      | not valid JSON",
        "{\"a\":[1,]}  | not valid JSON",
        "{\"a\":[1     | the JSON object does not end on this line",
        "{\"a\":\"x    | the JSON object does not end on this line",
        "{\"a\":1,\"a\":1} | field \"a\" appears twice",
      })
  void saysWhatIsWrongWithALine(String line, String reason) {
    String message = assertThrows(JsonFault.class, () -> JsonMembers.of(line)).getMessage();

    assertEquals(reason, String.valueOf(message).replaceFirst(" near column \\d+$", ""));
  }
}
