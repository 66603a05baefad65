package dev.aether.client.jackson;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.aether.client.Bytes;
import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import dev.aether.client.actor.CodecException;
import dev.aether.client.actor.StateCodec;
import dev.aether.client.actor.UnknownEventTypeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JacksonCodecTest {
  private final JacksonCodec<AccountEvent> codec =
      JacksonCodec.<AccountEvent>of(new ObjectMapper())
          .event("Deposited", Deposited.class)
          .event("PaidIn", Deposited.class)
          .event("Renamed", Renamed.class);

  private sealed interface AccountEvent {}

  private record Deposited(long amount, Map<String, String> tags) implements AccountEvent {}

  private record Renamed(String name, List<String> before) implements AccountEvent {}

  private record Closed() implements AccountEvent {}

  private record Account(String name, long balance) {}

  @Test
  void eventsComeBackAsTheyWere() {
    for (AccountEvent event :
        List.of(
            new Deposited(Long.MIN_VALUE, Map.of("from", "\"ä€𝄞\"")),
            new Deposited(0, Map.of()),
            new Renamed("", List.of("a", "b\n")))) {
      assertEquals(event, codec.decode(stored(codec.encode(event))));
    }
  }

  @Test
  void anEventIsPlainJsonUnderItsType() {
    NewEvent encoded = codec.encode(new Renamed("Zoë", List.of()));

    assertEquals("Renamed", encoded.type());
    assertEquals("{\"name\":\"Zoë\",\"before\":[]}", encoded.data().toUtf8());
    assertEquals("application/json", encoded.contentType());
  }

  @Test
  void aClassIsWrittenAsItsFirstTypeAndReadFromEach() {
    Deposited paid = new Deposited(1, Map.of());

    assertEquals("Deposited", codec.encode(paid).type());
    assertEquals(paid, codec.decode(event("PaidIn", "{\"amount\":1,\"tags\":{}}")));
  }

  @Test
  void whatIsNotInTheTableIsRefusedOrSkipped() {
    assertThrows(CodecException.class, () -> codec.encode(new Closed()));
    assertEquals(
        "Opened",
        assertThrows(UnknownEventTypeException.class, () -> codec.decode(event("Opened", "{}")))
            .type());
    assertEquals(null, codec.skippingUnknown().decode(event("Opened", "{}")));
  }

  @Test
  void dataThatIsNoSuchEventSaysWhichItIs() {
    for (String data : List.of("", "null", "[]", "{\"amount\":\"much\"}", "{\"unknown\":1}")) {
      CodecException refused =
          assertThrows(CodecException.class, () -> codec.decode(event("Deposited", data)), data);
      assertEquals(
          "cannot decode version 7 of actor \"account-1\", of type \"Deposited\"",
          refused.getMessage());
    }
  }

  @Test
  void fieldsOfNewerCodeAreTheMappersBusiness() {
    JacksonCodec<AccountEvent> lenient =
        JacksonCodec.<AccountEvent>of(
                new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES))
            .event("Renamed", Renamed.class);

    assertEquals(
        new Renamed("n", List.of()),
        lenient.decode(event("Renamed", "{\"name\":\"n\",\"before\":[],\"by\":\"u\"}")));
  }

  @Test
  void statesComeBackAndTheirFormIsInTheContentType() {
    StateCodec<Account> first = JacksonStateCodec.of(new ObjectMapper(), Account.class);
    StateCodec<Account> second = JacksonStateCodec.of(new ObjectMapper(), Account.class, 2);
    Account account = new Account("Zoë", -5);

    assertEquals(account, first.decode(first.encode(account)));
    assertEquals("application/json;v=1", first.contentType());
    assertEquals("application/json;v=2", second.contentType());
    assertThrows(CodecException.class, () -> first.decode(Bytes.utf8("{")));
  }

  private static Event event(String type, String data) {
    // NewEvent.json rejects invalid JSON, but another client may have stored it.
    return stored(NewEvent.builder(type).data(Bytes.utf8(data)).build());
  }

  private static Event stored(NewEvent event) {
    return new Event(
        "account-1",
        7,
        event.type(),
        event.data(),
        event.contentType(),
        "id",
        event.commandId(),
        event.metadata(),
        Instant.EPOCH);
  }
}
