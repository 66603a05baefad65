package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class HostPortTest {

  @Test
  void readsNamesAndAddresses() {
    assertEquals(new HostPort("localhost", 0), HostPort.parse("localhost:0"));
    assertEquals(new HostPort("0.0.0.0", 65535), HostPort.parse("0.0.0.0:65535"));
    assertEquals(new HostPort("::1", 7450), HostPort.parse("[::1]:7450"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:7450", "[::1]:7450"})
  void printsWhatItRead(String text) {
    assertEquals(text, HostPort.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7450", ":7450", "a:", "a:x", "a:-1", "a:65536", "::1:7450"})
  void refusesWhatIsNotHostAndPort(String text) {
    assertThrows(TypeConversionException.class, () -> HostPort.parse(text));
  }
}
