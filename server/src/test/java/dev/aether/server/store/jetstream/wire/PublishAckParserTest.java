package dev.aether.server.store.jetstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishAckParserTest {
  private static long sequence(String text) {
    return PublishAckParser.sequence("S", text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void theUsualAcknowledgementIsParsed() {
    assertEquals(1, sequence("{\"stream\":\"S\",\"seq\":1}"));
    assertEquals(1, sequence("{\"stream\":\"S\", \"seq\":1}"));
    assertEquals(
        999_999_999_999_999_999L, sequence("{\"stream\":\"S\", \"seq\":999999999999999999}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"stream\":\"S\",",
        "{\"stream\":\"S\",  \"seq\":1}",
        "{\"stream\":\"S\", \"seq\":}",
        "{\"stream\":\"S\", \"seq\":-1}",
        "{\"stream\":\"S\", \"seq\":1",
        "{\"stream\":\"S\", \"seq\":1,\"duplicate\": true}",
        "{\"stream\":\"S\",\"domain\":\"d\", \"seq\":1}",
        "{\"stream\":\"T\", \"seq\":1}",
        "{\"stream\":\"S\", \"seq\":9999999999999999999}",
        "{\"error\":{\"code\":400,\"err_code\":10071},\"stream\":\"S\",\"seq\":0}",
      })
  void anyOtherFormIsLeftToTheJsonParser(String text) {
    assertEquals(0, sequence(text));
  }
}
