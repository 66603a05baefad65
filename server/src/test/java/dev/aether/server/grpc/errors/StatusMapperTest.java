package dev.aether.server.grpc.errors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.FieldViolation;
import dev.aether.server.event.Limits;
import dev.aether.server.event.StoreException;
import dev.aether.v1.Event;
import dev.aether.v1.ReplayError;
import dev.aether.v1.VersionConflict;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every error fits into the trailers that proxies accept. */
class StatusMapperTest {
  /** Characters that take the most space as plain text, quoted, percent-encoded, and in both. */
  private static final List<String> HOSTILE = List.of("a", "\"", "\\", "%", "~", "é", "漢", "😀");

  private static String longest(String unit, int bytes) {
    return unit.repeat(bytes / unit.getBytes(StandardCharsets.UTF_8).length);
  }

  private static Status fitting(Throwable thrown) {
    Status status = StatusMapper.toProto(thrown);
    assertTrue(Trailers.fit(status), () -> Trailers.bytes(status) + " bytes: " + thrown);
    return status;
  }

  private static StoreException.VersionConflict conflict(String actor) {
    return StoreException.VersionConflict.at(
        new ActorId(actor), Long.MAX_VALUE, Long.MAX_VALUE - 2, Optional.of("incarnation"));
  }

  @Test
  void theLongestActorIdFitsIntoAConflict() throws InvalidProtocolBufferException {
    for (String unit : HOSTILE) {
      String actor = longest(unit, Limits.ACTOR_ID_BYTES);
      StoreException.VersionConflict conflict = conflict(actor);
      Status status = fitting(conflict);
      assertEquals(conflict.getMessage(), status.getMessage());
      assertEquals(actor, status.getDetails(1).unpack(VersionConflict.class).getActorId());
    }
  }

  @Test
  void missedEventsAreAddedUntilTheTrailersAreFull() throws InvalidProtocolBufferException {
    for (int dataBytes : new int[] {0, 1, 100, 500}) {
      Event event = Event.newBuilder().setData(ByteString.copyFrom(new byte[dataBytes])).build();
      Status status =
          fitting(new ConflictWithEvents(conflict("actor"), Collections.nCopies(2_000, event)));
      VersionConflict detail = status.getDetails(1).unpack(VersionConflict.class);
      assertTrue(detail.getMissedEventsCount() > 0);
      VersionConflict more = detail.toBuilder().addMissedEvents(event).build();
      assertTrue(!Trailers.fit(status.toBuilder().setDetails(1, Any.pack(more)).build()));
    }
  }

  @Test
  void asManyLongViolationsAreSentAsFit() throws InvalidProtocolBufferException {
    for (String unit : HOSTILE) {
      List<FieldViolation> violations = new ArrayList<>();
      for (int i = 0; i < StoreException.InvalidRequest.MAX_VIOLATIONS; i++) {
        violations.add(new FieldViolation(i + longest(unit, 5_000), longest(unit, 5_000)));
      }
      Status status = fitting(new StoreException.InvalidRequest(violations));
      BadRequest detail = status.getDetails(1).unpack(BadRequest.class);
      assertTrue(detail.getFieldViolationsCount() > 0, unit);
      assertTrue(detail.getFieldViolations(0).getField().startsWith("0" + unit));
    }
  }

  @Test
  void tenShortViolationsFit() throws InvalidProtocolBufferException {
    List<FieldViolation> violations = new ArrayList<>();
    for (int i = 0; i < StoreException.InvalidRequest.MAX_VIOLATIONS; i++) {
      violations.add(
          new FieldViolation(
              "events[99" + i + "].content_type", "is 257 bytes long (maximum 256)"));
    }
    Status status = fitting(new StoreException.InvalidRequest(violations));
    assertEquals(10, status.getDetails(1).unpack(BadRequest.class).getFieldViolationsCount());
  }

  @Test
  void longTextsAboutDamageAndTheStoreAreShortened() throws InvalidProtocolBufferException {
    for (String unit : HOSTILE) {
      String text = longest(unit, 50_000);
      Status status =
          fitting(new StoreException.CorruptRecord(text, Integer.MAX_VALUE, Long.MAX_VALUE, text));
      ReplayError detail = status.getDetails(1).unpack(ReplayError.class);
      assertTrue(detail.getReason().startsWith(unit) && detail.getReason().endsWith("…"), unit);
      assertTrue(fitting(StoreException.storeFull(text)).getMessage().endsWith("…"));
      assertTrue(fitting(StoreException.storeUnavailable(text)).getMessage().endsWith("…"));
    }
  }

  @Test
  void anUnexpectedErrorRevealsNothing() {
    Status status = fitting(new IllegalStateException("x".repeat(10_000)));
    assertEquals("internal error: see the server's log", status.getMessage());
  }
}
