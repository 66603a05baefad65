package dev.aether.server.cli.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonLineTest {

  @Test
  void writesNumbersAsNumbersAndTextOnOneLine() {
    String line =
        new JsonLine()
            .put("version", Long.MAX_VALUE)
            .put("actorId", "a\"\n<é>")
            .put("replayed", false)
            .putObject("durability", new JsonLine().put("replicas", 3))
            .end();

    assertEquals(
        "{\"version\":9223372036854775807,\"actorId\":\"a\\\"\\n<é>\",\"replayed\":false,"
            + "\"durability\":{\"replicas\":3}}",
        line);
  }

  @Test
  void writesTimesInUtcWithTheDigitsTheyHave() {
    assertEquals("{\"t\":\"2010-10-02T07:20:39.266Z\"}", time("2010-10-02T09:20:39.266+02:00"));
    assertEquals("{\"t\":\"2010-10-02T07:20:39Z\"}", time("2010-10-02T07:20:39Z"));
    assertEquals(
        "{\"t\":\"2010-10-02T07:20:39.000000001Z\"}", time("2010-10-02T07:20:39.000000001Z"));
  }

  @Test
  void leavesOutWhatSaysNothing() {
    assertEquals(
        "{\"m\":{\"k\":\"\"}}",
        new JsonLine()
            .putUnlessEmpty("commandId", "")
            .putUnlessEmpty("metadata", Map.of())
            .putUnlessEmpty("m", Map.of("k", ""))
            .end());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "application/json,                  { \"b\": 1.0 },  `\"data\":{\"b\":1.0}`",
        "Application/JSON; charset=utf-8,   7,               `\"data\":7`",
        "application/vnd.acme+json,         7,               `\"data\":7`",
        "``,                                7,               `\"data\":7`",
        "text/plain,                        7,               `\"dataBase64\":\"Nw==\"`",
        "application/json,                  {,               `\"dataBase64\":\"ew==\"`",
        "application/json,                  ``,              `\"dataBase64\":\"\"`",
      })
  void writesDataAsJsonOnlyWhereItIsJson(String contentType, String data, String expected) {
    ByteBuffer bytes = ByteBuffer.wrap(data.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer();

    assertEquals("{" + expected + "}", new JsonLine().putData("data", contentType, bytes).end());
  }

  private static String time(String text) {
    return new JsonLine().put("t", OffsetDateTime.parse(text).toInstant()).end();
  }
}
