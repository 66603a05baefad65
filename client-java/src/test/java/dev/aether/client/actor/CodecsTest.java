package dev.aether.client.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import dev.aether.client.Bytes;
import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class CodecsTest {
  private final BytesCodec<Object> bytes =
      BytesCodec.of("text/plain")
          .event("Counted", Long.class, CodecsTest::text, data -> Long.parseLong(data.toUtf8()))
          .event("Named", String.class, CodecsTest::text, Bytes::toUtf8)
          .event("Renamed", String.class, CodecsTest::text, data -> "re " + data.toUtf8());

  private final ProtobufCodec messages =
      ProtobufCodec.of(Timestamp.getDefaultInstance(), StringValue.getDefaultInstance());

  private static Bytes text(Object value) {
    return Bytes.utf8(value.toString());
  }

  @Test
  void eventsOfATableComeBackAsTheyWere() {
    NewEvent counted = bytes.encode(7L);

    assertEquals("Counted", counted.type());
    assertEquals("text/plain", counted.contentType());
    assertEquals(7L, bytes.decode(stored(counted)));
  }

  @Test
  void aClassIsWrittenAsItsFirstTypeAndReadFromEach() {
    assertEquals("Named", bytes.encode("n").type());
    assertEquals("n", bytes.decode(event("Named", "n")));
    assertEquals("re n", bytes.decode(event("Renamed", "n")));
  }

  @Test
  void aTypeIsInATableOnce() {
    assertThrows(
        IllegalArgumentException.class,
        () -> bytes.event("Named", Integer.class, CodecsTest::text, data -> 1));
  }

  @Test
  void aTypeThatIsUnknownIsNamedOrSkipped() {
    Event unknown = event("Forgotten", "");

    UnknownEventTypeException named =
        assertThrows(UnknownEventTypeException.class, () -> bytes.decode(unknown));
    assertEquals("Forgotten", named.type());
    assertEquals(
        "unknown event type \"Forgotten\" at version 7 of actor \"a\"", named.getMessage());
    assertNull(bytes.skippingUnknown().decode(unknown));
    assertThrows(UnknownEventTypeException.class, () -> messages.decode(unknown));
    assertNull(messages.skippingUnknown().decode(unknown));
  }

  @Test
  void whatCanNotBeDecodedIsNotSkipped() {
    assertThrows(
        CodecException.class, () -> bytes.skippingUnknown().decode(event("Counted", "many")));
    assertThrows(
        CodecException.class,
        () -> messages.skippingUnknown().decode(event("google.protobuf.Timestamp", "no message")));
  }

  @Test
  void whatIsNotInTheTableIsNotEncoded() {
    assertThrows(CodecException.class, () -> bytes.encode(1));
    assertThrows(CodecException.class, () -> messages.encode(Duration.getDefaultInstance()));
  }

  @Test
  void whatAFunctionThrowsIsTheCause() {
    BytesCodec<String> broken =
        BytesCodec.<String>of("text/plain")
            .event(
                "Broken",
                String.class,
                value -> {
                  throw new IOException("out");
                },
                data -> {
                  throw new IOException("in");
                });

    assertEquals("out", cause(() -> broken.encode("")));
    assertEquals("in", cause(() -> broken.decode(event("Broken", ""))));
  }

  private static String cause(Executable call) {
    Throwable cause = assertThrows(CodecException.class, call).getCause();
    return cause instanceof IOException io ? String.valueOf(io.getMessage()) : "";
  }

  @Test
  void messagesComeBackUnderTheirFullName() {
    Message time = Timestamp.newBuilder().setSeconds(5).build();
    NewEvent encoded = messages.encode(time);

    assertEquals("google.protobuf.Timestamp", encoded.type());
    assertEquals("application/protobuf", encoded.contentType());
    assertEquals(time, messages.decode(stored(encoded)));
    assertEquals(
        StringValue.getDefaultInstance(),
        messages.decode(event("google.protobuf.StringValue", "")));
  }

  @Test
  void twoMessagesOfOneTypeAreNoTable() {
    assertThrows(
        IllegalStateException.class,
        () -> ProtobufCodec.of(Timestamp.getDefaultInstance(), Timestamp.getDefaultInstance()));
  }

  @Test
  void statesComeBackAndWhatIsNoneIsSaid() {
    StateCodec<Long> states =
        StateCodec.of("text/plain", CodecsTest::text, data -> Long.parseLong(data.toUtf8()));

    assertEquals(5L, states.decode(states.encode(5L)));
    assertThrows(CodecException.class, () -> states.decode(Bytes.utf8("five")));
  }

  private static Event event(String type, String data) {
    return stored(NewEvent.builder(type).data(Bytes.utf8(data)).build());
  }

  private static Event stored(NewEvent event) {
    return new Event(
        "a",
        7,
        event.type(),
        event.data(),
        event.contentType(),
        "id",
        "",
        event.metadata(),
        Instant.EPOCH);
  }
}
