package dev.aether.client;

import static dev.aether.client.ScriptedServer.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.internal.calls.Endpoint;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.GetLatestVersionResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class EndpointsTest {
  /**
   * A label of more than 63 letters is never looked up. Any other name is, which takes longer than
   * a call where no name server answers.
   */
  private static final String UNKNOWN_NAME = "n".repeat(64) + ".invalid";

  private static final GetLatestVersionResponse NINE =
      GetLatestVersionResponse.newBuilder().setVersion(9).build();

  @Test
  void aClientStaysWithOneNodeAndGoesToTheOtherWhenItIsLost() throws InterruptedException {
    try (ScriptedServer one = new ScriptedServer();
        ScriptedServer two = new ScriptedServer();
        AetherClient client =
            AetherClient.builder().endpoints(List.of(one.endpoint(), two.endpoint())).build()) {
      for (int i = 0; i < 10; i++) {
        one.latest.add(answer(NINE));
        two.latest.add(answer(NINE));
      }

      for (int i = 0; i < 5; i++) {
        assertEquals(9, client.latestVersion("a"));
      }
      ScriptedServer taken = one.requests.isEmpty() ? two : one;
      ScriptedServer other = taken == one ? two : one;
      assertEquals(5, taken.requests.size());
      assertTrue(other.requests.isEmpty());

      taken.stop();

      assertEquals(9, client.latestVersion("a"));
      assertEquals("a", other.received(GetLatestVersionRequest.class).getActorId());
    }
  }

  @Test
  void aNodeWhoseNameIsNotKnownIsLeftOut() {
    try (ScriptedServer one = new ScriptedServer();
        AetherClient client =
            AetherClient.builder()
                .endpoint(UNKNOWN_NAME + ":7450")
                .endpoint(one.endpoint())
                .build()) {
      one.latest.add(answer(NINE));

      assertEquals(9, client.latestVersion("a"));
    }
  }

  @Test
  void clientsSpreadOverTheNodes() {
    try (ScriptedServer one = new ScriptedServer();
        ScriptedServer two = new ScriptedServer()) {
      for (int i = 0; i < 60; i++) {
        one.latest.add(answer(NINE));
        two.latest.add(answer(NINE));
      }
      // The probability that all are on one node is 1 in 2^59.
      for (int i = 0; i < 60; i++) {
        try (AetherClient client =
            AetherClient.builder().endpoints(List.of(one.endpoint(), two.endpoint())).build()) {
          assertEquals(9, client.latestVersion("a"));
        }
      }
      assertTrue(!one.requests.isEmpty() && !two.requests.isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:7450", "127.0.0.1:1", "[::1]:65535"})
  void anEndpointIsAHostAndAPort(String text) {
    assertEquals(text, Endpoint.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", ":7450", "h:0", "h:65536", "h:x", "::1:7450", "a,b:1"})
  void whatIsNotAnEndpointIsRefusedWhenTheClientIsBuilt(String text) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> AetherClient.builder().endpoint(text).build());

    assertTrue(String.valueOf(e.getMessage()).contains("\"" + text + "\""), () -> "" + e);
  }
}
