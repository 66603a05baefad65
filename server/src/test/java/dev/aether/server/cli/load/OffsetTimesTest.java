package dev.aether.server.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetTimesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2011-10-01T00:38:44.546+02:00",
        "2011-10-01T00:38:44-09:30",
        "2011-10-01T00:38:44-00:30",
        "2011-10-01T00:38:44.5Z",
        "2011-10-01T00:38:44.123456789Z",
        "2012-02-29T23:59:59.999999999+18:00",
        "0000-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999Z",
        "2011-10-01T00:38Z",
        "2011-10-01T00:38:44.+02:00",
        "2011-10-01t00:38:44z",
        "2011-10-01T00:38:44+02:00:30",
        "+12011-10-01T00:38:44Z",
        "-0001-10-01T00:38:44Z"
      })
  void readsATimeAsTheJdkDoes(String text) {
    assertEquals(OffsetDateTime.parse(text).toInstant(), OffsetTimes.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Z",
        "2011-10-01",
        "2011-10-01T00:38:44",
        "2011-10-01 00:38:44Z",
        "2011-02-29T00:38:44Z",
        "2011-13-01T00:38:44Z",
        "2011-10-01T24:00:00Z",
        "2011-10-01T00:60:00Z",
        "2011-10-01T00:38:60Z",
        "2011-10-01T00:38:44.1234567890Z",
        "2011-10-01T00:38:44+18:01",
        "2011-10-01T00:38:44+01:60",
        "2011-10-01T00:38:44 02:00",
        "2011-10-01T00:38:44+0200",
        "2011-10-01T00:38:44ZZ",
        "２011-10-01T00:38:44Z"
      })
  void refusesWhatTheJdkRefuses(String text) {
    assertThrows(DateTimeException.class, () -> OffsetDateTime.parse(text));
    assertThrows(DateTimeException.class, () -> OffsetTimes.parse(text));
  }
}
