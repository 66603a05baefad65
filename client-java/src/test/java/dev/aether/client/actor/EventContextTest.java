package dev.aether.client.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.client.Bytes;
import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EventContextTest {
  private static final NewEvent PLACED = NewEvent.json("OrderPlaced", "{}");

  @Test
  void overTwoHopsTheCorrelationIsTheFirstEventsIdAndTheCauseIsTheLast() {
    EventContext first =
        EventContext.none().withUserId("u1").withTraceparent("00-t-1-01").withCommandId("c1");
    Event placed = stored("e1", first.on(PLACED));
    Event paid = stored("e2", EventContext.causedBy(placed).on(NewEvent.json("Paid", "{}")));
    Event sent = stored("e3", EventContext.causedBy(paid).on(NewEvent.json("Sent", "{}")));

    assertEquals(Map.of("user_id", "u1", "traceparent", "00-t-1-01"), placed.metadata());
    assertEquals(
        Map.of(
            "correlation_id", "e1",
            "causation_id", "e1",
            "user_id", "u1",
            "traceparent", "00-t-1-01"),
        paid.metadata());
    assertEquals(
        Map.of(
            "correlation_id", "e1",
            "causation_id", "e2",
            "user_id", "u1",
            "traceparent", "00-t-1-01"),
        sent.metadata());
  }

  @Test
  void theCommandGoesIntoItsFieldAndIsNotCarriedOn() {
    NewEvent event = EventContext.none().withCommandId("c1").on(PLACED);

    assertEquals("c1", event.commandId());
    assertEquals(Map.of(), event.metadata());
    assertEquals("", EventContext.causedBy(stored("e1", event)).on(PLACED).commandId());
  }

  @Test
  void aCorrelationThatIsThereIsCarriedOn() {
    Event placed = stored("e1", EventContext.none().withCorrelationId("k").on(PLACED));

    assertEquals("k", EventContext.causedBy(placed).correlationId());
    assertEquals("e1", EventContext.causedBy(placed).causationId());
  }

  @Test
  void whatAnEventSaysItselfStays() {
    NewEvent own =
        NewEvent.builder("OrderPlaced")
            .metadata("user_id", "own")
            .metadata("shop", "s")
            .commandId("mine")
            .eventId("e")
            .timestamp(Instant.EPOCH)
            .data(Bytes.utf8("{}"))
            .contentType("text/plain")
            .build();

    assertEquals(own, EventContext.none().withUserId("u1").withCommandId("c1").on(own));
    assertEquals(
        Map.of("user_id", "own", "shop", "s", "causation_id", "x"),
        EventContext.none().withUserId("u1").withCausationId("x").on(own).metadata());
  }

  private static Event stored(String id, NewEvent event) {
    return new Event(
        "order-1",
        1,
        event.type(),
        event.data(),
        event.contentType(),
        id,
        event.commandId(),
        event.metadata(),
        Instant.EPOCH);
  }
}
