package dev.aether.server.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.cli.json.JsonFault;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FirstStoredTest {
  private static final String STORED = ",\"storedAt\":\"2026-11-23T15:43:03.761784014Z\"";

  @Test
  void addsWhenTheEventWasStoredFirst() throws JsonFault {
    ImportLine line = line("{\"k\":\"v\"}", STORED);

    assertTrue(FirstStored.isMissing(line));
    assertEquals(
        Optional.of(Map.of("k", "v", "aether.stored_at", "2026-11-23T15:43:03.761784014Z")),
        FirstStored.added(line));
  }

  @Test
  void whatIsThereFromAnEarlierImportStays() throws JsonFault {
    assertFalse(FirstStored.isMissing(line("{\"aether.stored_at\":\"then\"}", STORED)));
    assertFalse(FirstStored.isMissing(line("{}", "")));
  }

  @Test
  void metadataThatAreFullStayAsTheyAre() throws JsonFault {
    assertTrue(FirstStored.added(line(keys(63), STORED)).isPresent());
    assertTrue(FirstStored.added(line(keys(64), STORED)).isEmpty());
    assertTrue(FirstStored.added(line(bytes(16 * 1024 - 46), STORED)).isPresent());
    assertTrue(FirstStored.added(line(bytes(16 * 1024 - 45), STORED)).isEmpty());
  }

  private static String keys(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"k" + i + "\":\"\"")
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String bytes(int count) {
    return "{\"k\":\"" + "v".repeat(count - 1) + "\"}";
  }

  private static ImportLine line(String metadata, String more) throws JsonFault {
    return (ImportLine)
        ImportLineParser.parse(
            1,
            "{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"metadata\":"
                + metadata
                + more
                + "}");
  }
}
