package dev.aether.server.cli.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.server.cli.json.JsonFault;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImportLineParserTest {

  @Test
  void takesEveryFieldOfALine() throws JsonFault {
    ImportLine line =
        line(
            7,
            "{\"actorId\":\"a\\u00e9\",\"eventType\":\"T\",\"data\": { \"n\": 1.0 },"
                + "\"time\":\"2010-10-02T09:20:39.123456789+02:00\",\"contentType\":\"text/json\","
                + "\"eventId\":\"e\",\"commandId\":\"c\",\"metadata\":{\"k\":\"v\"},\"version\":3,"
                + "\"commitId\":\"x\"}");

    assertEquals(7, line.number());
    assertEquals("aé", line.actorId());
    assertEquals("T", line.eventType());
    assertEquals("{ \"n\": 1.0 }", new String(line.data(), StandardCharsets.UTF_8));
    assertEquals(Optional.of(Instant.parse("2010-10-02T07:20:39.123456789Z")), line.time());
    assertEquals("text/json", line.contentType());
    assertEquals("e", line.eventId());
    assertEquals("c", line.commandId());
    assertEquals(Map.of("k", "v"), line.metadata());
    assertEquals(OptionalLong.of(3), line.version());
    assertEquals("x", line.commitId());
  }

  @Test
  void takesBytesAndCallsThemBytesWhereTheirTypeIsNotGiven() throws JsonFault {
    ImportLine line = line(1, "{\"actorId\":\"a\",\"eventType\":\"T\",\"dataBase64\":\"AP8=\"}");

    assertArrayEquals(new byte[] {0, (byte) 0xff}, line.data());
    assertEquals("application/octet-stream", line.contentType());
    assertEquals(Optional.empty(), line.time());
    assertEquals(OptionalLong.empty(), line.version());
  }

  @Test
  void takesWhatExportAdds() throws JsonFault {
    ImportLine line =
        line(
            1,
            "{\"namespace\":\"n\",\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,"
                + "\"timestamp\":\"2010-10-02T07:20:39Z\",\"partition\":2,\"position\":9,"
                + "\"storedAt\":\"2026-11-23T15:43:03.761784014Z\"}");

    assertEquals("n", line.namespace());
    assertEquals(Optional.of(Instant.parse("2010-10-02T07:20:39Z")), line.time());
    assertEquals(OptionalLong.of(2), line.place().partition());
    assertEquals(OptionalLong.of(9), line.place().position());
    assertEquals(
        Optional.of(Instant.parse("2026-11-23T15:43:03.761784014Z")), line.place().storedAt());
  }

  @Test
  void nullIsAsIfTheFieldWereNotThere() throws JsonFault {
    ImportLine line =
        line(
            1,
            "{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":null,\"dataBase64\":\"AP8=\","
                + "\"time\":null,\"timestamp\":\"2010-10-02T07:20:39Z\",\"contentType\":null,"
                + "\"eventId\":null,\"commandId\":null,\"metadata\":null,\"version\":null,"
                + "\"commitId\":null,\"namespace\":null,\"partition\":null,\"position\":null,"
                + "\"storedAt\":null,\"snapshot\":null}");

    assertArrayEquals(new byte[] {0, (byte) 0xff}, line.data());
    assertEquals("application/octet-stream", line.contentType());
    assertEquals(Optional.of(Instant.parse("2010-10-02T07:20:39Z")), line.time());
    assertEquals("", line.eventId() + line.commandId() + line.commitId() + line.namespace());
    assertEquals(Map.of(), line.metadata());
    assertEquals(OptionalLong.empty(), line.version());
  }

  @Test
  void nullIsDataWhereThereIsNoOther() throws JsonFault {
    ImportLine line =
        line(1, "{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":null,\"dataBase64\":null}");

    assertEquals("null", new String(line.data(), StandardCharsets.UTF_8));
  }

  @Test
  void numbersMayBeStringsAsInProtobufsJsonAndOfTheWholeRange() throws JsonFault {
    ImportLine line =
        line(
            1,
            "{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"version\":\"1\","
                + "\"position\":18446744073709551615,\"partition\":\"0\"}");

    assertEquals(OptionalLong.of(1), line.version());
    assertEquals(OptionalLong.of(-1), line.place().position()); // Unsigned.
    assertEquals(OptionalLong.of(0), line.place().partition());
  }

  @Test
  void takesASnapshot() throws JsonFault {
    SnapshotLine line =
        (SnapshotLine)
            ImportLineParser.parse(
                3,
                "{\"snapshot\":{\"namespace\":\"n\",\"actorId\":\"a\",\"version\":4,"
                    + "\"state\":{ \"n\": 1.0 },\"contentType\":\"application/json\","
                    + "\"metadata\":{\"k\":\"v\"},\"timestamp\":\"2010-10-02T07:20:39Z\"}}");

    assertEquals("n", line.namespace());
    assertEquals("a", line.snapshot().actorId());
    assertEquals(4, line.snapshot().version());
    assertEquals("{ \"n\": 1.0 }", line.snapshot().state().toUtf8());
    assertEquals("application/json", line.snapshot().contentType());
    assertEquals(Map.of("k", "v"), line.snapshot().metadata());
    assertEquals(Instant.parse("2010-10-02T07:20:39Z"), line.snapshot().timestamp());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"eventType\":\"T\",\"data\":1                                  | \"actorId\" is missing",
        "\"actorId\":\"\",\"eventType\":\"T\",\"data\":1                 | \"actorId\" is empty",
        "\"actorId\":7,\"eventType\":\"T\",\"data\":1                    | \"actorId\" must be a string",
        "\"actorId\":null,\"eventType\":\"T\",\"data\":1                 | \"actorId\" is missing",
        "\"actorId\":\"\\ud800\",\"eventType\":\"T\",\"data\":1 | \"actorId\" must not contain half of a surrogate pair",
        "\"actorId\":\"a\",\"data\":1                                    | \"eventType\" is missing",
        "\"actorId\":\"a\",\"eventType\":\"T\"                           | \"data\" is missing",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"dataBase64\":\"\" | \"data\" and \"dataBase64\" cannot be used together",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"dataBase64\":\"?\"      | \"dataBase64\" is not base64",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"actor\":1    | unknown field \"actor\"",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"version\":0  | \"version\" must be 1 or more",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"version\":1.0 | \"version\" must be an integer from 0 to 2^64 - 1",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"version\":\"x\" | \"version\" must be an integer from 0 to 2^64 - 1",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"version\":-1 | \"version\" must be an integer from 0 to 2^64 - 1",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"metadata\":{\"k\":1} | \"metadata\" \"k\" must be a string",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"metadata\":[] | \"metadata\" must be an object of strings",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"contentType\":\"text/plain\" | \"data\" is JSON, but \"contentType\" is not: use \"dataBase64\"",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"time\":\"2010-10-02T09:20:39\" | \"time\" is not an ISO 8601 time with an offset, such as 2026-02-28T09:30:00+01:00",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"time\":5     | \"time\" must be a string",
        "\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"time\":\"2010-10-02T07:20:39Z\",\"timestamp\":\"2010-10-02T07:20:39Z\" | \"time\" and \"timestamp\" cannot be used together",
        "\"snapshot\":{\"actorId\":\"a\",\"state\":1}                  | \"snapshot\" \"version\" is missing",
        "\"snapshot\":{\"actorId\":\"a\",\"version\":1}                | \"snapshot\" \"state\" is missing",
        "\"snapshot\":{\"version\":1,\"state\":1}                      | \"snapshot\" \"actorId\" is missing",
        "\"snapshot\":7                                                | \"snapshot\" not a JSON object",
        "\"snapshot\":{},\"actorId\":\"a\"                             | unknown field \"actorId\"",
      })
  void saysWhatIsWrongWithALine(String members, String reason) {
    JsonFault fault =
        assertThrows(JsonFault.class, () -> ImportLineParser.parse(1, "{" + members + "}"));

    assertEquals(reason, fault.getMessage());
  }

  private static ImportLine line(long number, String text) throws JsonFault {
    return (ImportLine) ImportLineParser.parse(number, text);
  }
}
