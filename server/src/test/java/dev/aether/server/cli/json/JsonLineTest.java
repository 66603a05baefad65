package dev.aether.server.cli.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
  void escapesTextAsGsonDoes() throws IOException {
    long seed = Long.getLong("aether.test.seed", System.nanoTime());
    Random random = new Random(seed);
    String special = "\"\\\b\t\n\f\r\0\u001f\u2028\u2029\u00e9\ufffd</'&=\ud83d\ude00";
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int left = random.nextInt(12); left > 0; left--) {
        text.append(
            random.nextInt(3) == 0
                ? (char) random.nextInt(Character.MAX_VALUE)
                : special.charAt(random.nextInt(special.length())));
      }
      StringWriter expected = new StringWriter();
      JsonWriter gson = new JsonWriter(expected);
      gson.setHtmlSafe(false);
      gson.beginObject().name(text.toString()).value(text.toString()).endObject();
      assertEquals(
          expected.toString(),
          new JsonLine().put(text.toString(), text.toString()).end(),
          () -> "with -Daether.test.seed=" + seed);
    }
  }

  @Test
  void writesTimesAsTheJdkDoes() {
    long seed = Long.getLong("aether.test.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      long seconds = random.nextLong() % (i % 2 == 0 ? 300_000_000_000L : 3_000_000_000L);
      int unit = List.of(1, 1_000, 1_000_000, 1_000_000_000).get(random.nextInt(4));
      Instant time = Instant.ofEpochSecond(seconds, random.nextInt(1_000_000_000) / unit * unit);
      assertEquals(
          "{\"t\":\"" + DateTimeFormatter.ISO_INSTANT.format(time) + "\"}",
          new JsonLine().put("t", time).end(),
          () -> "with -Daether.test.seed=" + seed);
    }
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
